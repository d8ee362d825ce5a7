package attack

import (
	"slices"

	"github.com/cdk8s-istio-egress/conformance/internal/reasons"
)

// Known is what does not hold, with the reason. Empty fields are like everything, and an asterisk is anything.
type Known struct {
	Attacks  []string  `json:"attacks"`
	Subjects []string  `json:"subjects"`
	Defences []string  `json:"defences"`
	Ages     []Age     `json:"ages"`
	Findings []Finding `json:"findings"`
	Reason   string    `json:"reason"`

	met bool
}

// Why is the reason.
func (k *Known) Why() string { return k.Reason }

// Found tells whether something was found for it.
func (k *Known) Found() bool { return k.met }

// Mark gives every cell that does not hold, and is known, its reason.
func (r *Judgement) Mark(known []*Known) {
	for i := range r.Cells {
		cell := &r.Cells[i]
		for _, one := range known {
			if cell.Finding != Held && cell.Known == "" && one.fits(*cell) {
				cell.Known, one.met = one.Reason, true
			}
		}
	}
}

func (k *Known) fits(c Cell) bool {
	return among(k.Attacks, c.Attack) && among(k.Subjects, c.Subject) && among(k.Defences, c.Defence) &&
		(len(k.Ages) == 0 || slices.Contains(k.Ages, c.Age)) && (len(k.Findings) == 0 || slices.Contains(k.Findings, c.Finding))
}

func among(patterns []string, name string) bool {
	return len(patterns) == 0 || slices.ContainsFunc(patterns, func(pattern string) bool { return reasons.Like(pattern, name) })
}
