package commands

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/cdk8s-istio-egress/conformance/internal/judges/accept"
	"github.com/cdk8s-istio-egress/conformance/internal/judges/effect"
)

type streamQuestion struct {
	ID        json.RawMessage `json:"id"`
	Manifests string          `json:"manifests"`
	// Analyze adds istioctl analyze, which is slower.
	Analyze bool `json:"analyze"`
	// Effect adds what Istio's control plane then drops without a word; slower still.
	Effect bool `json:"effect"`
}

type streamAnswer struct {
	ID       json.RawMessage `json:"id"`
	Accepted bool            `json:"accepted"`
	Errors   []string        `json:"errors"`
	Warnings []string        `json:"warnings,omitempty"`
	Dropped  []string        `json:"dropped,omitempty"`
}

// judgeStream answers every line of stdin with a line, until stdin ends.
func judgeStream(args []string) int {
	if len(args) > 0 {
		return misuse("judge-stream takes no arguments")
	}
	judge, err := accept.New()
	if err != nil {
		fmt.Fprintln(os.Stderr, "conformance:", err)
		return unusable
	}
	if err := stream(judge, os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "conformance: judge-stream:", err)
		return misused
	}
	return ok
}

func stream(judge *accept.Judge, in io.Reader, out io.Writer) error {
	reader, encoder := bufio.NewReaderSize(in, 1<<20), json.NewEncoder(out)
	for {
		line, err := reader.ReadBytes('\n')
		if len(line) > 0 {
			question := streamQuestion{}
			if err := json.Unmarshal(line, &question); err != nil {
				return fmt.Errorf("not a question: %w", err)
			}
			if err := encoder.Encode(answer(judge, question)); err != nil {
				return err
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

func answer(judge *accept.Judge, question streamQuestion) streamAnswer {
	set, verdict := judge.Objects(question.Manifests)
	if question.Analyze {
		if err := verdict.Analyze(set, nil); err != nil {
			verdict.Errors = append(verdict.Errors, err.Error())
		}
	}
	reply := streamAnswer{ID: question.ID, Accepted: verdict.Accepted(), Errors: verdict.Errors, Warnings: verdict.Warnings}
	if question.Effect && reply.Accepted {
		dropped, err := effect.Effect(set)
		if err != nil {
			reply.Accepted, reply.Errors = false, append(reply.Errors, err.Error())
		}
		reply.Dropped = dropped
	}
	if reply.Errors == nil {
		reply.Errors = []string{}
	}
	return reply
}
