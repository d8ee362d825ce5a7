package attack

import (
	"fmt"
	"slices"
	"strings"

	"github.com/cdk8s-istio-egress/conformance/internal/judges/live"
	"github.com/cdk8s-istio-egress/conformance/internal/world"
)

// Finding says what an attack came to.
type Finding string

// The findings, the worst one last.
const (
	// Held: all calls of ours went the way that they said, nobody got out by our doors, and a later change took effect.
	Held Finding = "held"
	// Down: a call of ours was refused.
	Down Finding = "down"
	// Dead: a proxy refused its configuration, or a later change of ours did not take effect.
	Dead Finding = "dead"
	// Past: a call of ours reached its server in another way, as past the gateway.
	Past Finding = "past"
	// Clear: a call of ours could be read on its way, where it could not without the attack.
	Clear Finding = "clear"
	// In: the attacker got out by our doors.
	In Finding = "in"
	// Taken: a call of ours reached another server than its own.
	Taken Finding = "taken"
)

var severity = []Finding{Held, Down, Dead, Past, Clear, In, Taken}

func worse(one, other Finding) bool {
	return slices.Index(severity, one) > slices.Index(severity, other)
}

// Age says whose objects are older: Istio keeps the oldest of those that claim the same.
type Age string

// The ages of the attacker's objects.
const (
	Older   Age = "older"
	Younger Age = "younger"
)

// Cell is one attack against one subject, of one age, with one defence.
type Cell struct {
	Attack  string  `json:"attack"`
	Subject string  `json:"subject"`
	Defence string  `json:"defence"`
	Age     Age     `json:"age"`
	Finding Finding `json:"finding"`
	// Seen says what was seen, if it did not hold.
	Seen []string `json:"seen,omitempty"`
	// Known is the reason that the list of what is known gives.
	Known string `json:"known,omitempty"`
}

func (c *Cell) add(finding Finding, seen string) {
	if worse(finding, c.Finding) {
		c.Finding = finding
	}
	if finding != Held && !slices.Contains(c.Seen, seen) {
		c.Seen = append(c.Seen, seen)
	}
}

// role is whose a call is.
type role int

const (
	ours role = iota
	later
	theirs
)

// judge says what a glimpse of a call means; quiet are the stretches in clear that it has without any attack.
func judge(whose role, call world.Call, glimpse, quiet live.Glimpse) Finding {
	switch {
	case whose == theirs && glimpse.Passed():
		return In
	case whose == theirs:
		return Held
	case glimpse.Passed() && !call.Expect.EndsAt(glimpse.Server):
		return Taken
	case glimpse.ClearFromPod && !quiet.ClearFromPod, glimpse.ClearFromGateway && !quiet.ClearFromGateway:
		return Clear
	case glimpse.Passed() && !glimpse.Follows(call.Expect):
		return Past
	case glimpse.Passed():
		return Held
	case whose == later:
		return Dead
	}
	return Down
}

func describe(call world.Call, glimpse live.Glimpse) string {
	text := fmt.Sprintf("%s: %s", call.Name, glimpse)
	if !glimpse.Passed() && glimpse.Why != "" {
		text += " (" + strings.TrimSpace(glimpse.Why) + ")"
	}
	return text
}
