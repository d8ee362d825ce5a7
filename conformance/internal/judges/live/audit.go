package live

import (
	"time"

	"github.com/cdk8s-istio-egress/conformance/internal/judges"
)

// auditor is a program that logs what the manifests want it to.
type auditor interface {
	Audit() ([]map[string]any, error)
}

func (r *Run) auditors() []auditor {
	var out []auditor
	for _, envoy := range r.envoys {
		out = append(out, envoy)
	}
	for _, nginx := range r.nginxes {
		out = append(out, nginx)
	}
	return out
}

// audited are the lines of every audit log, one log after the other, each from the line on that is given.
func (r *Run) audited(from []int) (lines []map[string]any, lengths []int, err error) {
	for i, auditor := range r.auditors() {
		all, err := auditor.Audit()
		if err != nil {
			return nil, nil, err
		}
		if from != nil {
			lines = append(lines, all[from[i]:]...)
		}
		lengths = append(lengths, len(all))
	}
	return lines, lengths, nil
}

// awaitAudit gives the proxies time to write what is expected.
func (r *Run) awaitAudit(e *evidence) error {
	deadline := time.Now().Add(logWithin)
	for {
		lines, _, err := r.audited(e.auditedBefore)
		if err != nil || judges.CompareAudit(e.call.Expect.Audit, lines) == "" || time.Now().After(deadline) {
			return err
		}
		time.Sleep(5 * time.Millisecond)
	}
}
