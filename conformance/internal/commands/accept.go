package commands

import (
	"flag"
	"fmt"
	"os"

	"github.com/cdk8s-istio-egress/conformance/internal/judges/accept"
)

// acceptPaths judges files and folders as `kubectl apply -f` would take them.
// Without calls nothing is known of the cluster's own objects, so that istioctl
// analyze is not asked.
func acceptPaths(args []string) int {
	flags := flag.NewFlagSet("accept", flag.ContinueOnError)
	foreign := flags.Bool("foreign", false, "objects of kinds that neither Kubernetes nor Istio has are no fault")
	verbose := flags.Bool("v", false, "print warnings too")
	if flags.Parse(args) != nil {
		return misused
	}
	if flags.NArg() == 0 {
		return misuse("accept needs a file or a folder")
	}
	judge, err := accept.New()
	if err != nil {
		fmt.Fprintln(os.Stderr, "conformance:", err)
		return unusable
	}
	refused := 0
	for _, path := range flags.Args() {
		verdict := judge.Files(path)
		if !verdict.Accepted() || len(verdict.NotJudged) > 0 && !*foreign {
			refused++
			fmt.Printf("REFUSED %s\n", path)
		}
		list("error", path, verdict.Errors)
		list("NOT JUDGED", path, verdict.NotJudged)
		if *verbose {
			list("warning", path, verdict.Warnings)
		}
	}
	fmt.Printf("%d accepted, %d refused; istioctl analyze is not asked, as it wants the cluster's own objects: `conformance run` has them\n", flags.NArg()-refused, refused)
	if refused > 0 {
		return differs
	}
	return ok
}

func list(what, path string, lines []string) {
	for _, line := range lines {
		fmt.Printf("  %s: %s: %s\n", what, path, line)
	}
}
