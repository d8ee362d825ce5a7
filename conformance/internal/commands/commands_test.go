package commands

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	_ "github.com/cdk8s-istio-egress/conformance/internal/environment"
	"github.com/cdk8s-istio-egress/conformance/internal/judges"
	"github.com/cdk8s-istio-egress/conformance/internal/judges/accept"
	"github.com/cdk8s-istio-egress/conformance/internal/scenario"
)

func TestStream(t *testing.T) {
	judge, err := accept.New()
	if err != nil {
		t.Fatal(err)
	}
	in := `{"id": 1, "manifests": "apiVersion: v1\nkind: Namespace\nmetadata: {name: a}"}
{"id": "two", "manifests": "kind: ["}
`
	out := &strings.Builder{}
	if err := stream(judge, strings.NewReader(in), out); err != nil {
		t.Fatal(err)
	}
	var answers []streamAnswer
	for line := range strings.Lines(out.String()) {
		answer := streamAnswer{}
		if err := json.Unmarshal([]byte(line), &answer); err != nil {
			t.Fatal(err)
		}
		answers = append(answers, answer)
	}
	if len(answers) != 2 || !answers[0].Accepted || string(answers[0].ID) != "1" || answers[1].Accepted || len(answers[1].Errors) == 0 || string(answers[1].ID) != `"two"` {
		t.Errorf("answers %s", out)
	}
	if stream(judge, strings.NewReader("nonsense\n"), out) == nil {
		t.Error("nonsense is no question")
	}
}

func TestUsage(t *testing.T) {
	for _, args := range [][]string{nil, {"whatever"}, {"run"}, {"run", "--nonsense"}, {"run", "--examples", t.TempDir()}, {"xds-size"}, {"judge-stream", "x"}, {"accept"}, {"accept", "--nonsense", "x"}} {
		if got := Main(args); got != misused {
			t.Errorf("%q: exit status %d", args, got)
		}
	}
}

func TestAccept(t *testing.T) {
	folder := t.TempDir()
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, row := range []struct {
		what, file, text string
		args             []string
		status           int
	}{
		{"an empty folder", "report.txt", "nothing to apply", nil, differs},
		{"a sound file beside it", "a.yaml", "apiVersion: v1\nkind: Namespace\nmetadata: {name: a}\n", nil, ok},
		{"a kind that nothing is known of", "b.yaml", "apiVersion: example.com/v1\nkind: Thing\nmetadata: {name: a}\n", nil, differs},
		{"the same, if that is no fault", "b.yaml", "apiVersion: example.com/v1\nkind: Thing\nmetadata: {name: a}\n", []string{"-foreign"}, ok},
		{"a declaration", "c.json", `{"class": "AS3"}`, []string{"-foreign"}, differs},
	} {
		write(row.file, row.text)
		if got := Main(append(append([]string{"accept"}, row.args...), folder)); got != row.status {
			t.Errorf("%s: exit status %d", row.what, got)
		}
	}
}

// A condemnation is only satisfied by its own reason.
func TestCondemned(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.condemned.json")
	write := func(text string) {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	result := &scenario.Result{
		Accept: &accept.Verdict{Errors: []string{"IST0101 gone"}},
		Broken: []string{"rejected"},
		Cells: []scenario.Cell{
			{Call: "c", Judge: "run", Mark: judges.Differs, Seen: "refused denied"},
			{Call: "d", Judge: "run", Mark: judges.Passed, Seen: "refused denied"},
		},
	}
	for _, row := range []struct {
		text    string
		missing int
	}{
		{`{"accept": ["IST0101"], "problems": ["rejected"], "cells": [{"judge": "run", "call": "c", "seen": "refused denied"}]}`, 0},
		{`{"accept": ["IST0102"]}`, 1},
		{`{"problems": ["whatever"]}`, 1},
		{`{"cells": [{"judge": "run", "call": "c", "seen": "refused blackhole"}]}`, 1},
		{`{"cells": [{"judge": "run", "call": "d", "seen": "refused denied"}]}`, 1},
		{`{"cells": [{"judge": "run", "call": "e", "seen": "refused denied"}]}`, 1},
	} {
		write(row.text)
		_, missing, err := condemned(path, result, false)
		if err != nil || len(missing) != row.missing {
			t.Errorf("%s: %v, %v", row.text, missing, err)
		}
	}
	write(`{"because": "nothing"}`)
	if _, _, err := condemned(path, result, false); err == nil {
		t.Error("a condemnation of nothing was taken")
	}
}
