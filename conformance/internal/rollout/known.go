package rollout

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
)

// Known is a leak that is there, and why. What is left out may be anything; names may hold asterisks.
type Known struct {
	// Pairs, Calls and Without are names of pairs and calls, and the ID of an object that is not there.
	Pairs   string `json:"pairs"`
	Calls   string `json:"calls"`
	Without string `json:"without"`
	Kind    Kind   `json:"kind"`
	Place   Place  `json:"place"`
	// While are changes that must all be so, in the words of a state: "AuthorizationPolicy istio-system/* not yet".
	While  []string `json:"while"`
	Reason string   `json:"reason"`

	met bool
}

// LoadKnown reads a list; none if there is no such file.
func LoadKnown(path string) ([]*Known, error) {
	raw, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	var known []*Known
	if err == nil {
		err = json.Unmarshal(raw, &known)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	for _, one := range known {
		if one.Reason == "" {
			return nil, fmt.Errorf("%s: a known leak without a reason", path)
		}
	}
	return known, nil
}

// Mark gives every leak that is known its reason.
func (r *Judgement) Mark(known []*Known) {
	for i := range r.Findings {
		finding := &r.Findings[i]
		for _, one := range known {
			if finding.Leaks() && finding.Known == "" && one.fits(r, *finding) {
				finding.Known, one.met = one.Reason, true
			}
		}
	}
}

// Unmet are the known leaks that were not found.
func Unmet(known []*Known) []string {
	var out []string
	for _, one := range known {
		if !one.met {
			out = append(out, one.Reason)
		}
	}
	return out
}

func (k *Known) fits(r *Judgement, f Finding) bool {
	if !like(k.Pairs, r.Name) || !like(k.Calls, f.Call) || !like(k.Without, f.State.Without) {
		return false
	}
	if k.Kind != "" && k.Kind != f.Kind || k.Place != "" && k.Place != f.State.Place {
		return false
	}
	return !slices.ContainsFunc(k.While, func(wanted string) bool {
		return !slices.ContainsFunc(r.said(f.State), func(said string) bool { return like(wanted, said) })
	})
}

// like compares a name with a pattern, in which an asterisk is anything; an empty one is like everything.
func like(pattern, name string) bool {
	parts := strings.Split(pattern, "*")
	for i := range parts {
		parts[i] = regexp.QuoteMeta(parts[i])
	}
	return pattern == "" || regexp.MustCompile("^"+strings.Join(parts, ".*")+"$").MatchString(name)
}
