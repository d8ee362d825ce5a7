package rollout

import (
	"slices"

	"github.com/cdk8s-istio-egress/conformance/internal/reasons"
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

// Why is the reason.
func (k *Known) Why() string { return k.Reason }

// Found tells whether something was found for it.
func (k *Known) Found() bool { return k.met }

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

func (k *Known) fits(r *Judgement, f Finding) bool {
	if !reasons.Like(k.Pairs, r.Name) || !reasons.Like(k.Calls, f.Call) || !reasons.Like(k.Without, f.State.Without) {
		return false
	}
	if k.Kind != "" && k.Kind != f.Kind || k.Place != "" && k.Place != f.State.Place {
		return false
	}
	return !slices.ContainsFunc(k.While, func(wanted string) bool {
		return !slices.ContainsFunc(r.said(f.State), func(said string) bool { return reasons.Like(wanted, said) })
	})
}
