// Package world holds what a scenario states (calls.json) and derives from it,
// and from the manifests, everything that has to exist before a call can be made.
package world

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"

	"github.com/santhosh-tekuri/jsonschema/v6"
	corev1 "k8s.io/api/core/v1"
)

// Scenario is one calls.json; examples/calls.schema.json says what each field means.
type Scenario struct {
	Title string `json:"title"`
	World Stated `json:"world"`
	Calls []Call `json:"calls"`
}

// Stated is the part of the world that the manifests do not hold.
type Stated struct {
	OutboundTrafficPolicy string         `json:"outboundTrafficPolicy"`
	TrustDomain           string         `json:"trustDomain"`
	Servers               []Server       `json:"servers"`
	Secrets               []StatedSecret `json:"secrets"`
	Gateways              []Gateway      `json:"gateways"`
	Names                 []OutsideName  `json:"names"`
	// IstiodEnvironment are variables of istiod's.
	IstiodEnvironment map[string]bool `json:"istiodEnvironment"`
	// DNS is where the cluster's resolver answers, and Istiod where proxies are served.
	DNS    Place `json:"dns"`
	Istiod Place `json:"istiod"`
	// MeshConfig is the path of a file, from the folder of the calls.
	MeshConfig string `json:"meshConfig"`
	// MeshYAML is what it holds.
	MeshYAML string `json:"-"`
	// Requests is the path of a table of what others ask of the API server; Load puts the folder of the calls before it.
	Requests string `json:"requests"`
}

// Place is where a part of the cluster answers: pods, or an address that no pod has.
type Place struct {
	Namespace string            `json:"namespace"`
	Labels    map[string]string `json:"labels"`
	Address   string            `json:"address"`
	Port      int               `json:"port"`
}

// orElse is the default where nothing is stated; an address has its usual port.
func (p Place) orElse(usual Place) Place {
	if p.Namespace == "" && p.Address == "" {
		return usual
	}
	if p.Port == 0 {
		p.Port = usual.Port
	}
	return p
}

// Server stands outside the mesh.
type Server struct {
	Name      string       `json:"name"`
	Hosts     []string     `json:"hosts"`
	Addresses []string     `json:"addresses"`
	Ports     []ServerPort `json:"ports"`
	// Pod is set where it is a pod of the cluster without a sidecar.
	Pod *ServerPod `json:"pod"`
	// Service is set instead where pods of the manifests are the server.
	Service string `json:"service"`
	// Runs is set instead where a real proxy is the server.
	Runs *Runs `json:"runs"`
}

// OutsideName is a DNS name that leads to addresses, to a Service's, or to those of its pods.
type OutsideName struct {
	Host      string   `json:"host"`
	Addresses []string `json:"addresses"`
	Service   string   `json:"service"`
	PodsOf    string   `json:"podsOf"`
}

// ServerPod is what NetworkPolicies know of a pod.
type ServerPod struct {
	Namespace string            `json:"namespace"`
	Labels    map[string]string `json:"labels"`
}

// StatedSecret is a Secret that is not as the lab would make it.
type StatedSecret struct {
	Namespace string `json:"namespace"`
	Name      string `json:"name"`
	Holds     string `json:"holds"`
}

// ServerPort is one port of a Server.
type ServerPort struct {
	Port              int      `json:"port"`
	Protocol          string   `json:"protocol"`
	SpeaksFirst       bool     `json:"speaksFirst"`
	ClientCertificate bool     `json:"clientCertificate"`
	Identity          string   `json:"identity"`
	Clients           []string `json:"clients"`
	Certifies         []string `json:"certifies"`
	UnknownAuthority  bool     `json:"unknownAuthority"`
	AnswersAfter      int      `json:"answersAfter"`
	Fails             Failing  `json:"fails"`
}

// Failing is how a port fails, if By is set.
type Failing struct {
	By    string `json:"by"`
	First int    `json:"first"`
}

// At says whether a call's request fails that comes after so many of its others.
func (f Failing) At(before int) bool { return f.By != "" && (f.First == 0 || before < f.First) }

// Gateway is an egress gateway that exists before the manifests are applied.
type Gateway struct {
	Namespace      string            `json:"namespace"`
	Service        string            `json:"service"`
	Labels         map[string]string `json:"labels"`
	ServiceAccount string            `json:"serviceAccount"`
	Ports          []GatewayPort     `json:"ports"`
}

// GatewayPort is one port of a Gateway's Service.
type GatewayPort struct {
	Port       int `json:"port"`
	TargetPort int `json:"targetPort"`
}

// Call is one row of the table.
type Call struct {
	Name   string `json:"name"`
	From   From   `json:"from"`
	To     To     `json:"to"`
	How    How    `json:"how"`
	Expect Expect `json:"expect"`
	// Expanded is one of the calls that a call under every outer name stands for.
	Expanded bool `json:"-"`
}

// From is the calling pod.
type From struct {
	Namespace      string            `json:"namespace"`
	ServiceAccount string            `json:"serviceAccount"`
	Labels         map[string]string `json:"labels"`
	Sidecar        *bool             `json:"sidecar"`
	// Spec are fields of the pod that decide whether it may be at all.
	Spec *corev1.PodSpec `json:"spec"`
}

// HasSidecar is true unless the scenario says otherwise.
func (f From) HasSidecar() bool { return f.Sidecar == nil || *f.Sidecar }

// To is what the application dials.
type To struct {
	Host    string `json:"host"`
	Address string `json:"address"`
	Port    int    `json:"port"`
}

// How is the way in which it is dialled.
type How struct {
	Protocol   string            `json:"protocol"`
	SNI        Optional          `json:"sni"`
	HostHeader string            `json:"hostHeader"`
	Headers    map[string]string `json:"headers"`
	Method     string            `json:"method"`
	Path       string            `json:"path"`
	Upgrade    string            `json:"upgrade"`
	Renews     string            `json:"renews"`
	Sends      int64             `json:"sends"`
	Around     bool              `json:"around"`
	After      int               `json:"after"`
	Beside     int               `json:"beside"`
	Through    *Through          `json:"through"`
}

// Through is a pod that goes around its sidecar, to the gateway's pod itself.
type Through struct {
	Gateway  string `json:"gateway"`
	Port     int    `json:"port"`
	Proxy    string `json:"proxy"`
	Security string `json:"security"`
	SNI      string `json:"sni"`
	// Identity is a SPIFFE URI that a certificate of the mesh's authority holds, in place of the pod's own.
	Identity string `json:"identity"`
	// Forges is a SPIFFE URI that a certificate of an unknown authority holds.
	Forges string `json:"forges"`
}

// Expect is a way, several of which each is taken by some calls, or a refusal.
type Expect struct {
	Way     []Hop   `json:"way"`
	Ways    [][]Hop `json:"ways"`
	Status  int     `json:"status"`
	Refused string  `json:"refused"`
	At      string  `json:"at"`
	// Greeting: the server's first words reach a client that is refused.
	Greeting bool `json:"greeting"`
	// Audit are the lines that must be written of the call, and no others; nil is not looked at.
	Audit []AuditLine `json:"audit"`
	// Asked counts the requests that each server got, by its name.
	Asked map[string]int `json:"asked"`
	Took  *Span          `json:"took"`
}

// EndsAt says whether a server is the end of an expected way.
func (e Expect) EndsAt(server string) bool {
	return slices.ContainsFunc(e.Each(), func(one Expect) bool { return len(one.Way) > 0 && one.Way[len(one.Way)-1].Server == server })
}

// Each is what is expected of a call, way by way where there are several.
func (e Expect) Each() []Expect {
	if len(e.Ways) == 0 {
		return []Expect{e}
	}
	out := make([]Expect, len(e.Ways))
	for i, way := range e.Ways {
		out[i] = e
		out[i].Way, out[i].Ways = way, nil
	}
	return out
}

// Span is a time in milliseconds.
type Span struct {
	AtLeast int64 `json:"atLeast"`
	AtMost  int64 `json:"atMost"`
}

// AuditLine is a line of an audit log: fields and the values that they must have.
type AuditLine = map[string]any

// Hop is a sidecar, a gateway or the server, and what it must see.
type Hop struct {
	Sidecar  string   `json:"sidecar"`
	Gateway  string   `json:"gateway"`
	Server   string   `json:"server"`
	Proxy    string   `json:"proxy"`
	Target   string   `json:"target"`
	Port     int      `json:"port"`
	Hop      string   `json:"hop"`
	Source   string   `json:"source"`
	SNI      Optional `json:"sni"`
	Identity Optional `json:"identity"`
	Host     Optional `json:"host"`
	Path     Optional `json:"path"`
	// Received, if set, is how many bytes of a body the server must get.
	Received int64               `json:"received"`
	Headers  map[string]Optional `json:"headers"`
}

// Optional tells "left out" from null: null is Set with an empty Value.
type Optional struct {
	Set   bool
	Value string
}

// UnmarshalJSON is only called when the field is there.
func (o *Optional) UnmarshalJSON(raw []byte) error {
	o.Set = true
	var value *string
	if err := json.Unmarshal(raw, &value); err != nil {
		return err
	}
	if value != nil {
		o.Value = *value
	}
	return nil
}

// GoesAround says that no sidecar stands at the start of the way.
func (c Call) GoesAround() bool {
	return c.How.Around || c.How.Through != nil || !c.From.HasSidecar()
}

// SentSNI is the server name that a TLS client of this call sends.
func (c Call) SentSNI() string {
	if c.How.SNI.Set {
		return c.How.SNI.Value
	}
	return c.To.Host
}

// SentHost is the Host header that an HTTP client of this call sends.
func (c Call) SentHost() string {
	switch {
	case c.How.HostHeader != "":
		return c.How.HostHeader
	case c.To.Host != "":
		return c.To.Host
	default:
		return c.To.Address
	}
}

// SentMethod is the method of the request that an HTTP client of this call makes.
func (c Call) SentMethod() string {
	switch {
	case c.How.Method != "":
		return c.How.Method
	case c.How.Sends > 0:
		return http.MethodPost
	default:
		return http.MethodGet
	}
}

// Load reads a calls file and checks it against the schema.
func Load(path, schemaPath string) (*Scenario, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	scenario, err := Decode(path, raw, schemaPath)
	if err == nil && scenario.World.Requests != "" {
		scenario.World.Requests = filepath.Join(filepath.Dir(path), scenario.World.Requests)
	}
	if err != nil || scenario.World.MeshConfig == "" {
		return scenario, err
	}
	mesh, err := os.ReadFile(filepath.Join(filepath.Dir(path), scenario.World.MeshConfig))
	scenario.World.MeshYAML = string(mesh)
	return scenario, err
}

// Decode checks text against the schema and fills in the defaults.
func Decode(name string, raw []byte, schemaPath string) (*Scenario, error) {
	schema, err := jsonschema.NewCompiler().Compile(schemaPath)
	if err != nil {
		return nil, fmt.Errorf("schema %s: %w", schemaPath, err)
	}
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if err := schema.Validate(document); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	scenario := &Scenario{}
	if err := json.Unmarshal(raw, scenario); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	scenario.fillDefaults()
	return scenario, scenario.check(name)
}

func (s *Scenario) fillDefaults() {
	if s.World.OutboundTrafficPolicy == "" {
		s.World.OutboundTrafficPolicy = "ALLOW_ANY"
	}
	if s.World.TrustDomain == "" {
		s.World.TrustDomain = "cluster.local"
	}
	for g := range s.World.Gateways {
		for p := range s.World.Gateways[g].Ports {
			if port := &s.World.Gateways[g].Ports[p]; port.TargetPort == 0 {
				port.TargetPort = port.Port
			}
		}
	}
	for i := range s.Calls {
		if s.Calls[i].From.ServiceAccount == "" {
			s.Calls[i].From.ServiceAccount = "default"
		}
		if s.Calls[i].How.Protocol == "" {
			s.Calls[i].How.Protocol = "tcp"
		}
	}
}

// check finds what a schema cannot: names that must be unique, or known.
func (s *Scenario) check(name string) error {
	var problems []error
	var servers, calls []string
	var running []string
	for _, server := range s.World.Servers {
		if server.Runs != nil {
			running = append(running, server.Name)
		}
		if slices.Contains(servers, server.Name) {
			problems = append(problems, fmt.Errorf("%s: two servers are called %q", name, server.Name))
		}
		servers = append(servers, server.Name)
	}
	for _, call := range s.Calls {
		if slices.Contains(calls, call.Name) {
			problems = append(problems, fmt.Errorf("%s: two calls are called %q", name, call.Name))
		}
		calls = append(calls, call.Name)
		if through := call.How.Through; through != nil && through.Proxy != "" && !slices.Contains(running, through.Proxy) {
			problems = append(problems, fmt.Errorf("%s: %s: no proxy that runs outside is called %q", name, call.Name, through.Proxy))
		}
		for asked := range call.Expect.Asked {
			if !slices.Contains(servers, asked) {
				problems = append(problems, fmt.Errorf("%s: %s: no server is called %q", name, call.Name, asked))
			}
		}
		for _, expect := range call.Expect.Each() {
			problems = append(problems, checkWay(fmt.Sprintf("%s: %s", name, call.Name), expect.Way, servers)...)
		}
	}
	return errors.Join(problems...)
}

func checkWay(name string, way []Hop, servers []string) (problems []error) {
	for i, hop := range way {
		if (hop.Server != "") != (i == len(way)-1) {
			problems = append(problems, fmt.Errorf("%s: a way ends with its only server", name))
		}
		for _, wanted := range []string{hop.Server, hop.Proxy} {
			if wanted != "" && !slices.Contains(servers, wanted) {
				problems = append(problems, fmt.Errorf("%s: no server is called %q", name, wanted))
			}
		}
	}
	return problems
}
