// Package commands is the command line.
package commands

import (
	"fmt"
	"os"
	"strings"

	"istio.io/istio/pilot/pkg/features"
	"istio.io/istio/pkg/log"
)

const usage = `usage:
  conformance run --manifests FILE.yaml --calls FILE.json [--json]   judge any manifests
  conformance run --examples DIR [--only NAME] [--json]              judge every NAME.k8s.yaml with its NAME.calls.json
  conformance live --examples DIR [--only NAME] [--json]             the same calls under a real API server and istiod
  conformance live --manifests FILE.yaml --calls FILE.json [--json]
  conformance accept [-foreign] [-v] FILE|DIR…                       tier 0 over what kubectl apply -f takes of each
  conformance broken [--dir DIR]                                     every broken manifest must be condemned
  conformance mutate --examples DIR [--only NAME]                    leave every object out in turn; some cell must notice
  conformance xds-size --manifests FILE.yaml [--calls FILE.json] [--namespace NS,…] [--compare] [--json]
  conformance bench-sni --examples DIR [--connections N] [--megabytes N] [--rounds N] [--json]
  conformance rollout --pairs DIR [--only NAME] [--no-run] [--breaks] [--json]  judge every state between two states of an app
  conformance rollout --pairs DIR --live [--engine NAME,…] [--debounce 100ms]        the tools' own engines make the change in a cluster
  conformance attacks --attacks DIR [--only NAME] [--defence NAME] [--into PAGE] [--json]  judge an app beside what others write
  conformance judge-stream                                           tier 0 over JSON lines on stdin

exit status: 0 all as expected, 1 a cell differs, 2 usage, 3 the lab cannot work here
`

// Exit statuses.
const (
	ok       = 0
	differs  = 1
	misused  = 2
	unusable = 3
)

// Main runs one command and returns the exit status.
func Main(args []string) int {
	if len(args) == 0 {
		return misuse("no command")
	}
	if err := quiet(); err != nil {
		fmt.Fprintln(os.Stderr, "conformance:", err)
		return unusable
	}
	switch args[0] {
	case "run":
		return run(args[1:])
	case "live":
		return inCluster(args[1:])
	case "accept":
		return acceptPaths(args[1:])
	case "broken":
		return broken(args[1:])
	case "mutate":
		return mutate(args[1:])
	case "xds-size":
		return xdsSize(args[1:])
	case "bench-sni":
		return benchSNI(args[1:])
	case "rollout":
		return rollouts(args[1:])
	case "attacks":
		return attacks(args[1:])
	case "judge-stream":
		return judgeStream(args[1:])
	case "help", "-h", "--help":
		fmt.Print(usage)
		return ok
	default:
		return misuse("unknown command " + args[0])
	}
}

func misuse(problem string) int {
	fmt.Fprintf(os.Stderr, "conformance: %s\n%s", strings.TrimSpace(problem), usage)
	return misused
}

// quiet leaves of Istio's own log what LAB_LOG asks for; by default nothing.
func quiet() error {
	if features.EnableAmbient || !features.XDSAuth {
		return fmt.Errorf("istio's packages were initialised before the lab's environment was set")
	}
	options := log.DefaultOptions()
	options.OutputPaths = []string{"stderr"}
	level := log.NoneLevel
	if os.Getenv("LAB_LOG") != "" {
		level = log.InfoLevel
	}
	options.SetDefaultOutputLevel(log.OverrideScopeName, level)
	return log.Configure(options)
}
