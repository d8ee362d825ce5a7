package scenario

import (
	"github.com/cdk8s-istio-egress/conformance/internal/admission"
	"github.com/cdk8s-istio-egress/conformance/internal/cluster"
	"github.com/cdk8s-istio-egress/conformance/internal/judges"
	"github.com/cdk8s-istio-egress/conformance/internal/manifests"
)

// judgeRequests asks the API server's plugin what becomes of a table of requests.
func (r *Result) judgeRequests(set *manifests.Set, path string) error {
	if path == "" {
		return nil
	}
	table, err := admission.ReadTable(path)
	if err != nil {
		return err
	}
	seen, err := admission.Simulate(set, table)
	if err != nil {
		return err
	}
	for i, one := range table {
		if one.Refused == admission.ByRights {
			r.addRequest(one, "simulate", "", "rights are asked of a cluster alone")
			continue
		}
		r.addRequest(one, "simulate", seen[i], "")
	}
	return nil
}

// makeRequests makes those of a table to the API server of a cluster.
func (r *Result) makeRequests(scene *cluster.Scene, path string) error {
	if path == "" {
		return nil
	}
	table, err := admission.ReadTable(path)
	if err != nil {
		return err
	}
	return scene.Request(table, func(one admission.Expected, refused, unseen string) { r.addRequest(one, "live", refused, unseen) })
}

func (r *Result) addRequest(one admission.Expected, judge, refused, unseen string) {
	cell := Cell{Call: "request: " + one.Name, Judge: judge, Mark: judges.Passed, Expected: one.String(), Seen: "taken", Detail: refused}
	if refused != "" {
		cell.Seen = "refused"
	}
	if err := one.Judge(refused); unseen != "" {
		cell.Mark, cell.Why = judges.NotApplicable, unseen
	} else if err != nil {
		cell.Mark, cell.Why = judges.Differs, err.Error()
	}
	r.Cells = append(r.Cells, cell)
}
