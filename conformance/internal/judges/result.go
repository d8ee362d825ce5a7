// Package judges holds what a judge sees of a call, and compares it with what is expected.
package judges

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/cdk8s-istio-egress/conformance/internal/world"
)

// Forbidden is the status by which a route denies a request, as an AuthorizationPolicy does.
const Forbidden = http.StatusForbidden

// Seen is what a judge saw of one call: a way, or a refusal. It is compared with
// world.Expect by Compare.
type Seen struct {
	Way    []SeenHop `json:"way,omitempty"`
	Status int       `json:"status,omitempty"`

	Refused string `json:"refused,omitempty"`
	At      string `json:"at,omitempty"`
	// Greeting: a client that was refused got the server's first words.
	Greeting bool `json:"greeting,omitempty"`
	// Audit are the lines that were written of the call; nil was not looked at.
	Audit []world.AuditLine `json:"audit,omitempty"`
	// Asked counts the requests that each server got, of those that the call asks about; Took is in milliseconds.
	Asked map[string]int `json:"asked,omitempty"`
	Took  int64          `json:"took,omitempty"`
	// Detail is the evidence, for people.
	Detail string `json:"detail,omitempty"`
	// Partial is set by a judge that does not look at every fact of a hop. Without
	// it, a fact that is expected and was not seen is a difference.
	Partial bool `json:"partial,omitempty"`
	// Unmodelled names what this judge cannot see, with the reason; the whole
	// cell is n/a if Way and Refused are empty, else only the rest of the way.
	Unmodelled string `json:"unmodelled,omitempty"`
}

// SeenHop is one hop; a nil pointer was not looked at.
type SeenHop struct {
	Sidecar  string            `json:"sidecar,omitempty"`
	Gateway  string            `json:"gateway,omitempty"`
	Server   string            `json:"server,omitempty"`
	Proxy    string            `json:"proxy,omitempty"`
	Target   string            `json:"target,omitempty"`
	Port     int               `json:"port,omitempty"`
	Hop      string            `json:"hop,omitempty"`
	Source   string            `json:"source,omitempty"`
	SNI      *string           `json:"sni,omitempty"`
	Identity *string           `json:"identity,omitempty"`
	Host     *string           `json:"host,omitempty"`
	Path     *string           `json:"path,omitempty"`
	Received int64             `json:"received,omitempty"`
	Headers  map[string]string `json:"headers,omitempty"`
}

func (h SeenHop) String() string {
	if h.Path != nil && *h.Path != "" && *h.Path != "/" {
		return h.with("path " + *h.Path)
	}
	return h.with()
}

// with prints a hop, and facts that are not looked at everywhere.
func (h SeenHop) with(more ...string) string {
	var name string
	switch {
	case h.Sidecar != "":
		name = "sidecar " + h.Sidecar
	case h.Gateway != "":
		name = "gateway " + h.Gateway
	case h.Proxy != "":
		name = "proxy " + h.Proxy
	default:
		name = "server " + h.Server
	}
	if h.Port != 0 {
		name += fmt.Sprintf(":%d", h.Port)
	}
	var facts []string
	if h.Hop != "" {
		facts = append(facts, "hop "+h.Hop)
	}
	if h.Source != "" {
		facts = append(facts, "source "+h.Source)
	}
	if h.Target != "" {
		facts = append(facts, "target "+h.Target)
	}
	for _, fact := range []struct {
		key   string
		value *string
	}{{"sni", h.SNI}, {"identity", h.Identity}, {"host", h.Host}} {
		if fact.value != nil {
			facts = append(facts, fact.key+" "+orNone(*fact.value))
		}
	}
	facts = append(facts, more...)
	if h.Received != 0 {
		facts = append(facts, fmt.Sprintf("received %d", h.Received))
	}
	if len(facts) == 0 {
		return name
	}
	return name + " (" + strings.Join(facts, ", ") + ")"
}

func orNone(value string) string {
	if value == "" {
		return "none"
	}
	return value
}

func (s Seen) String() string {
	hops := make([]string, len(s.Way))
	for i, hop := range s.Way {
		hops[i] = hop.String()
	}
	return s.fate(hops) + s.counts()
}

func (s Seen) counts() string {
	text := ""
	for _, server := range slices.Sorted(maps.Keys(s.Asked)) {
		text += fmt.Sprintf(", %s asked %d times", server, s.Asked[server])
	}
	if s.Audit != nil {
		text += fmt.Sprintf(", audit lines: %d", len(s.Audit))
	}
	return text
}

func (s Seen) fate(hops []string) string {
	switch {
	case s.Refused != "":
		text := "refused " + s.Refused
		if s.At != "" {
			text += " at " + s.At
		}
		if s.Greeting {
			text += ", after the server's greeting"
		}
		return text
	case len(hops) > 0:
		text := strings.Join(hops, " → ")
		if s.Status != 0 {
			text += fmt.Sprintf(" → status %d", s.Status)
		}
		return text
	default:
		return "n/a (" + s.Unmodelled + ")"
	}
}

// Describe prints an expectation in the words of Seen.
func Describe(expect world.Expect) string {
	each := expect.Each()
	texts := make([]string, len(each))
	for i, one := range each {
		texts[i] = describe(one)
	}
	return strings.Join(texts, " or ")
}

func describe(expect world.Expect) string {
	seen := Seen{Refused: expect.Refused, At: expect.At, Greeting: expect.Greeting, Status: expect.Status, Asked: expect.Asked, Audit: expect.Audit}
	hops := make([]string, len(expect.Way))
	for i, hop := range expect.Way {
		hops[i] = describeHop(hop)
	}
	text := seen.fate(hops) + seen.counts()
	if span := expect.Took; span != nil {
		text += fmt.Sprintf(", in %d to %d ms", span.AtLeast, span.AtMost)
	}
	return text
}

func describeHop(hop world.Hop) string {
	var more []string
	if hop.Path.Set {
		more = append(more, "path "+orNone(hop.Path.Value))
	}
	for name, wanted := range hop.Headers {
		value := "none"
		if wanted.Value != "" {
			value = fmt.Sprintf("%q", wanted.Value)
		}
		more = append(more, "header "+strings.ToLower(name)+" "+value)
	}
	slices.Sort(more[len(more)-len(hop.Headers):])
	return SeenHop{
		Sidecar: hop.Sidecar, Gateway: hop.Gateway, Server: hop.Server, Proxy: hop.Proxy, Target: hop.Target, Port: hop.Port, Hop: hop.Hop, Source: hop.Source,
		SNI: pointer(hop.SNI), Identity: pointer(hop.Identity), Host: pointer(hop.Host), Received: hop.Received,
	}.with(more...)
}

func pointer(value world.Optional) *string {
	if !value.Set {
		return nil
	}
	return &value.Value
}

// Mark is the outcome of one cell.
type Mark string

// The marks. NotApplicable is never a pass.
const (
	Passed        Mark = "ok"
	Differs       Mark = "DIFFERS"
	NotApplicable Mark = "n/a"
)

// Compare holds an expectation against what was seen; why says where they part.
func Compare(expect world.Expect, seen Seen) (mark Mark, why string) {
	if seen.Refused == "" && len(seen.Way) == 0 {
		return NotApplicable, seen.Unmodelled
	}
	compare := compareWay
	if expect.Refused != "" {
		compare = compareRefusal
	}
	if mark, why = compare(expect, seen); mark != Passed || seen.Partial {
		return mark, why
	}
	if why := compareCounts(expect, seen); why != "" {
		return Differs, why
	}
	if why := CompareAudit(expect.Audit, seen.Audit); why != "" {
		return Differs, why
	}
	return Passed, ""
}

func compareCounts(expect world.Expect, seen Seen) string {
	for server, times := range expect.Asked {
		if seen.Asked[server] != times {
			return fmt.Sprintf("%s was asked %d times", server, seen.Asked[server])
		}
	}
	if span := expect.Took; span != nil && (seen.Took < span.AtLeast || seen.Took > span.AtMost) {
		return fmt.Sprintf("it took %d ms, and not %d to %d", seen.Took, span.AtLeast, span.AtMost)
	}
	return ""
}

func compareRefusal(expect world.Expect, seen Seen) (Mark, string) {
	switch {
	case seen.Refused == "" && seen.Unmodelled != "":
		return NotApplicable, seen.Unmodelled
	case seen.Refused == "":
		return Differs, "it was not refused"
	case seen.Refused != expect.Refused:
		return Differs, "another refusal"
	case expect.At != "" && seen.At != "" && seen.At != expect.At:
		return Differs, "refused elsewhere"
	case !seen.Partial && expect.Greeting != seen.Greeting:
		return Differs, "the server's greeting"
	}
	return Passed, ""
}

func compareWay(expect world.Expect, seen Seen) (Mark, string) {
	if seen.Refused != "" {
		return Differs, "it was refused"
	}
	for i, hop := range seen.Way {
		if i >= len(expect.Way) {
			return Differs, "more hops than expected"
		}
		if why := compareHop(expect.Way[i], hop, seen.Partial); why != "" {
			return Differs, fmt.Sprintf("hop %d: %s", i+1, why)
		}
	}
	if len(seen.Way) < len(expect.Way) {
		if seen.Unmodelled != "" {
			return NotApplicable, fmt.Sprintf("from hop %d on: %s", len(seen.Way)+1, seen.Unmodelled)
		}
		return Differs, "fewer hops than expected"
	}
	if expect.Status != 0 && expect.Status != seen.Status && (seen.Status != 0 || !seen.Partial) {
		return Differs, "another status"
	}
	return Passed, ""
}

func compareHop(expect world.Hop, seen SeenHop, partial bool) string {
	if expect.Sidecar != seen.Sidecar || expect.Gateway != seen.Gateway || expect.Server != seen.Server || expect.Proxy != seen.Proxy {
		return "another hop"
	}
	if expect.Target != "" && expect.Target != seen.Target {
		return "another target"
	}
	if expect.Received != 0 && expect.Received != seen.Received && !partial {
		return "another length of the body"
	}
	for name, value := range expect.Headers {
		if got := seen.Headers[strings.ToLower(name)]; !partial && got != value.Value {
			return fmt.Sprintf("header %s is %q", name, got)
		}
	}
	if expect.Port != 0 && expect.Port != seen.Port && (seen.Port != 0 || !partial) {
		return "another port"
	}
	if expect.Hop != "" && expect.Hop != seen.Hop && (seen.Hop != "" || !partial) {
		return "secured otherwise"
	}
	if expect.Source != "" && expect.Source != seen.Source && (seen.Source != "" || !partial) {
		return "another source address"
	}
	for _, fact := range []struct {
		name   string
		expect world.Optional
		seen   *string
	}{{"SNI", expect.SNI, seen.SNI}, {"identity", expect.Identity, seen.Identity}, {"Host header", expect.Host, seen.Host}, {"path", expect.Path, seen.Path}} {
		switch {
		case !fact.expect.Set || fact.seen == nil && partial:
		case fact.seen == nil:
			return "no " + fact.name + " could be seen"
		case *fact.seen != fact.expect.Value:
			return "another " + fact.name
		}
	}
	return ""
}
