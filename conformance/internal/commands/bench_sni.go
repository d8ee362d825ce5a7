package commands

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/cdk8s-istio-egress/conformance/internal/judges/live"
)

// sniWays are calls of examples that take the same way but for its last part.
var sniWays = []struct{ name, example, call string }{
	{"no proxy", "sni-nginx-mutual-tls", "an exact host beside the wildcard has its own way"},
	{"nginx", "sni-nginx-mutual-tls", "a name under the domain"},
	{"envoy", "sni-envoy-mutual-tls", "a name under the domain"},
}

// benchSNI compares SNI proxies over the same load in one run. Every way is
// measured once a round, and the middle of the rounds is told.
func benchSNI(args []string) int {
	flags := flag.NewFlagSet("bench-sni", flag.ContinueOnError)
	examples := flags.String("examples", "", "folder with the SNI examples")
	connections := flags.Int("connections", 1000, "connections a round")
	megabytes := flags.Int64("megabytes", 500, "megabytes over one connection a round")
	rounds := flags.Int("rounds", 3, "rounds")
	asJSON := flags.Bool("json", false, "print JSON")
	schema := flags.String("schema", "", "calls.schema.json")
	if flags.Parse(args) != nil {
		return misused
	}
	if *examples == "" {
		return misuse("bench-sni needs --examples")
	}
	lab, status := newLab(*schema, false)
	if lab == nil {
		return status
	}
	defer lab.Close()
	if lab.Run == nil {
		fmt.Fprintln(os.Stderr, "conformance: no real proxies here:", lab.NoRun)
		return unusable
	}
	volume := live.Volume{Connections: *connections, Parallel: 8, Bytes: *megabytes * 1_000_000}
	measured := map[string][]live.Load{}
	for range *rounds {
		for _, way := range sniWays {
			path := filepath.Join(*examples, way.example)
			load, err := lab.Load(path+".k8s.yaml", path+".calls.json", way.call, volume)
			if err != nil {
				fmt.Fprintf(os.Stderr, "conformance: %s: %v\n", way.name, err)
				return differs
			}
			measured[way.name] = append(measured[way.name], load)
		}
	}
	middles := map[string]live.Load{}
	for name, loads := range measured {
		middles[name] = middle(loads)
	}
	if *asJSON {
		encoder := json.NewEncoder(os.Stdout)
		encoder.SetIndent("", "  ")
		_ = encoder.Encode(middles)
		return ok
	}
	fmt.Printf("%-9s %14s %14s %18s %12s %10s\n", "", "connections/s", "CPU ms each", "MB/s", "CPU ms each", "memory MB")
	for _, way := range sniWays {
		load := middles[way.name]
		fmt.Printf("%-9s %14.0f %14.2f %18.0f %12.2f %10.1f\n",
			way.name, load.ConnectionsPerSecond, load.ConnectionCPU, load.MegabytesPerSecond, load.MegabyteCPU, load.Memory)
	}
	return ok
}

func middle(loads []live.Load) live.Load {
	of := func(value func(live.Load) float64) float64 {
		var values []float64
		for _, load := range loads {
			values = append(values, value(load))
		}
		slices.Sort(values)
		return values[len(values)/2]
	}
	return live.Load{
		ConnectionsPerSecond: of(func(l live.Load) float64 { return l.ConnectionsPerSecond }),
		MegabytesPerSecond:   of(func(l live.Load) float64 { return l.MegabytesPerSecond }),
		ConnectionCPU:        of(func(l live.Load) float64 { return l.ConnectionCPU }),
		MegabyteCPU:          of(func(l live.Load) float64 { return l.MegabyteCPU }),
		Memory:               of(func(l live.Load) float64 { return l.Memory }),
	}
}
