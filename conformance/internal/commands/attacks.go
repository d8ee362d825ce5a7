package commands

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/cdk8s-istio-egress/conformance/internal/attack"
	"github.com/cdk8s-istio-egress/conformance/internal/judges/accept"
	"github.com/cdk8s-istio-egress/conformance/internal/judges/live"
	"github.com/cdk8s-istio-egress/conformance/internal/reasons"
)

// attacks judges an app beside what others write in namespaces of their own.
func attacks(args []string) int {
	flags := flag.NewFlagSet("attacks", flag.ContinueOnError)
	folder := flags.String("attacks", "", "folder of attacks.json, its manifests and known.json")
	only := flags.String("only", "", "one attack, or a pattern such as door-*")
	defence := flags.String("defence", "", "one defence")
	into := flags.String("into", "", "a page, whose table and reasons become those of this run")
	asJSON := flags.Bool("json", false, "print JSON")
	schema := flags.String("schema", "", "calls.schema.json (found above the working folder unless given)")
	if flags.Parse(args) != nil {
		return misused
	}
	if *folder == "" {
		return misuse("attacks needs --attacks")
	}
	found, err := findSchema(*schema)
	if err != nil {
		return misuse(err.Error())
	}
	tried, err := attack.Load(*folder, "attacks", found)
	if err != nil {
		return misuse(err.Error())
	}
	outside, err := attack.Load(*folder, "outside", found)
	if err != nil {
		return misuse(err.Error())
	}
	known, err := reasons.Load[*attack.Known](filepath.Join(*folder, "known.json"))
	if err != nil {
		return misuse(err.Error())
	}
	wanted := func(one attack.Attack) bool {
		matches, err := path.Match(*only, one.Name)
		return *only == "" || err == nil && matches
	}
	cluster, err := accept.New()
	if err != nil {
		fmt.Fprintln(os.Stderr, "conformance:", err)
		return unusable
	}
	if problems := tried.Unaccepted(cluster); len(problems) > 0 {
		return misuse("no cluster would take what attackers write:\n  " + strings.Join(problems, "\n  "))
	}
	lab, err := live.NewLab()
	if err != nil {
		fmt.Fprintf(os.Stderr, "conformance: real proxies cannot run here: %v\n", err)
		return unusable
	}
	defer lab.Close()
	status := ok
	var all []*attack.Judgement
	for _, one := range tried.Defences {
		if *defence != "" && *defence != one.Name {
			continue
		}
		judgement, err := attack.Judge(lab, tried, one, wanted)
		if err != nil {
			fmt.Fprintf(os.Stderr, "conformance: with %s: %v\n", one.Name, err)
			status = differs
			continue
		}
		judgement.Mark(known)
		fmt.Fprintf(os.Stderr, "with %s: %d states in %.1f s\n", one.Name, judgement.States, judgement.Seconds)
		all = append(all, judgement)
	}
	var beyond []*attack.Judgement
	if *defence == "" {
		judgement, err := attack.JudgeOutside(lab, outside, wanted)
		if err != nil {
			fmt.Fprintf(os.Stderr, "conformance: outside: %v\n", err)
			status = differs
		} else {
			judgement.Mark(known)
			fmt.Fprintf(os.Stderr, "outside: %d calls in %.1f s\n", judgement.States, judgement.Seconds)
			beyond = append(beyond, judgement)
		}
	}
	table := tried.Table(all)
	if len(beyond) > 0 {
		table += "\n" + outside.Table(beyond)
	}
	all = append(all, beyond...)
	summary, unknown, problems := attack.Summary(all)
	if unknown+problems > 0 || len(all) == 0 {
		status = differs
	}
	if *asJSON {
		encoder := json.NewEncoder(os.Stdout)
		encoder.SetIndent("", "  ")
		_ = encoder.Encode(all)
		fmt.Fprint(os.Stderr, summary)
		return status
	}
	printed := table + "\nNot held:\n\n" + attack.Reasons(all)
	fmt.Print(printed, "\n")
	if *into != "" {
		if err := writeInto(*into, printed); err != nil {
			fmt.Fprintf(os.Stderr, "conformance: %s: %v\n", *into, err)
			status = max(status, misused)
		}
	}
	if *only == "" && *defence == "" {
		for _, reason := range reasons.Unmet(known) {
			fmt.Printf("not found any more: %s\n", reason)
		}
	}
	fmt.Print(attack.Unknown(all), summary)
	return status
}

func writeInto(page, printed string) error {
	text, err := os.ReadFile(page)
	if err != nil {
		return err
	}
	changed, err := attack.Into(string(text), printed)
	if err != nil {
		return err
	}
	return os.WriteFile(page, []byte(changed), 0o644)
}
