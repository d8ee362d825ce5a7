package commands

import (
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	networking "istio.io/api/networking/v1alpha3"

	"github.com/cdk8s-istio-egress/conformance/internal/manifests"
	"github.com/cdk8s-istio-egress/conformance/internal/sizes"
	"github.com/cdk8s-istio-egress/conformance/internal/world"
)

func xdsSize(args []string) int {
	flags := flag.NewFlagSet("xds-size", flag.ContinueOnError)
	path := flags.String("manifests", "", "YAML to measure")
	calls := flags.String("calls", "", "calls.json, for its gateways (without it: istio-system/istio-egressgateway, ports 443 and 80)")
	namespace := flags.String("namespace", "", "comma-separated namespaces of sidecars (without it: every one with a ServiceEntry, and one elsewhere)")
	compare := flags.Bool("compare", false, "also measure the documents' recipe for the same hosts, and print the ratio")
	asJSON := flags.Bool("json", false, "print JSON")
	schema := flags.String("schema", "", "calls.schema.json")
	if flags.Parse(args) != nil {
		return misused
	}
	if *path == "" {
		return misuse("xds-size needs --manifests")
	}
	stated := world.Stated{TrustDomain: "cluster.local", OutboundTrafficPolicy: "ALLOW_ANY", Gateways: []world.Gateway{sizes.StatedGateway}}
	if *calls != "" {
		found, err := findSchema(*schema)
		if err != nil {
			return misuse(err.Error())
		}
		scenario, err := world.Load(*calls, found)
		if err != nil {
			return misuse(err.Error())
		}
		stated = scenario.World
	}
	report, err := measureFile(*path, stated, *namespace, *compare)
	if err != nil {
		return misuse(err.Error())
	}
	if *asJSON {
		encoder := json.NewEncoder(os.Stdout)
		encoder.SetIndent("", "  ")
		_ = encoder.Encode(report)
		return ok
	}
	report.print()
	return ok
}

type sizeReport struct {
	Hosts   int                `json:"hosts"`
	Sizes   []sizes.Size       `json:"sizes"`
	Classic []sizes.Size       `json:"documentsRecipe,omitempty"`
	Ratio   map[string]float64 `json:"ratio,omitempty"`
}

func measureFile(path string, stated world.Stated, namespace string, compare bool) (*sizeReport, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	set, err := manifests.Parse(string(text))
	if err != nil {
		return nil, err
	}
	byNamespace := hostsByNamespace(set, stated)
	namespaces := append(slices.Sorted(maps.Keys(byNamespace)), sizes.Elsewhere)
	if namespace != "" {
		namespaces = strings.Split(namespace, ",")
	}
	report := &sizeReport{}
	for _, hosts := range byNamespace {
		report.Hosts += len(hosts)
	}
	if report.Sizes, err = sizes.Measure(set, stated, namespaces); err != nil || !compare {
		return report, err
	}
	classic := &strings.Builder{}
	for client, hosts := range byNamespace {
		classic.WriteString(sizes.Classic(client, hosts))
	}
	classicSet, err := manifests.Parse(classic.String())
	if err != nil {
		return nil, err
	}
	if report.Classic, err = sizes.Measure(classicSet, stated, namespaces); err != nil {
		return nil, err
	}
	report.Ratio = map[string]float64{}
	for i, size := range report.Sizes {
		report.Ratio[size.Proxy] = float64(size.Bytes()) / float64(report.Classic[i].Bytes())
	}
	return report, nil
}

// hostsByNamespace are the hosts that clients see, which are all but the
// gateways' own names.
func hostsByNamespace(set *manifests.Set, stated world.Stated) map[string][]string {
	out := map[string][]string{}
	for _, entry := range manifests.Specs[*networking.ServiceEntry](set) {
		isGateway := slices.ContainsFunc(stated.Gateways, func(g world.Gateway) bool { return g.Namespace == entry.Namespace })
		if !isGateway {
			out[entry.Namespace] = append(out[entry.Namespace], entry.Spec.Hosts...)
		}
	}
	return out
}

func (r *sizeReport) print() {
	fmt.Printf("%d hosts\n%s", r.Hosts, sizes.Table(r.Sizes))
	if r.Classic == nil {
		return
	}
	fmt.Printf("the documents' recipe, for the same hosts\n%s", sizes.Table(r.Classic))
	for _, size := range r.Sizes {
		fmt.Printf("ratio %-44s %.3f\n", size.Proxy, r.Ratio[size.Proxy])
	}
}
