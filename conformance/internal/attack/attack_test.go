package attack

import (
	"os"
	"slices"
	"strings"
	"testing"

	_ "github.com/cdk8s-istio-egress/conformance/internal/environment"
	"github.com/cdk8s-istio-egress/conformance/internal/judges/accept"
	"github.com/cdk8s-istio-egress/conformance/internal/judges/live"
	"github.com/cdk8s-istio-egress/conformance/internal/reasons"
	"github.com/cdk8s-istio-egress/conformance/internal/world"
)

const (
	sample = "../../testdata/attacks"
	schema = "../../../examples/calls.schema.json"
)

func load(t *testing.T) *Case {
	t.Helper()
	c, err := Load(sample, "attacks", schema)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestWhatAGlimpseMeans(t *testing.T) {
	call := world.Call{Expect: world.Expect{Way: []world.Hop{{Sidecar: "ns"}, {Gateway: "g/g"}, {Server: "s", Port: 443}}}}
	through := live.Glimpse{Server: "s", Port: 443, Reached: true, Source: "g/g"}
	with := func(change func(*live.Glimpse)) live.Glimpse {
		changed := through
		change(&changed)
		return changed
	}
	for _, row := range []struct {
		name    string
		whose   role
		glimpse live.Glimpse
		quiet   live.Glimpse
		want    Finding
	}{
		{"as it says", ours, through, live.Glimpse{}, Held},
		{"refused", ours, live.Glimpse{}, live.Glimpse{}, Down},
		{"refused after the change", later, live.Glimpse{}, live.Glimpse{}, Dead},
		{"another server", ours, with(func(g *live.Glimpse) { g.Server = "evil" }), live.Glimpse{}, Taken},
		{"another port of it", ours, with(func(g *live.Glimpse) { g.Port = 80 }), live.Glimpse{}, Past},
		{"straight", ours, with(func(g *live.Glimpse) { g.Source = "pod" }), live.Glimpse{}, Past},
		{"in clear", ours, with(func(g *live.Glimpse) { g.ClearFromGateway = true }), live.Glimpse{}, Clear},
		{"in clear as always", ours, with(func(g *live.Glimpse) { g.ClearFromGateway = true }), live.Glimpse{ClearFromGateway: true}, Held},
		{"refused, and it could be read", ours, live.Glimpse{ClearFromPod: true}, live.Glimpse{}, Clear},
		{"the attacker's, refused", theirs, live.Glimpse{ClearFromPod: true}, live.Glimpse{}, Held},
		{"the attacker's", theirs, through, live.Glimpse{}, In},
	} {
		if got := judge(row.whose, call, row.glimpse, row.quiet); got != row.want {
			t.Errorf("%s: %s, expected %s", row.name, got, row.want)
		}
	}
}

func TestTheWorstFindingCounts(t *testing.T) {
	cell := Cell{Finding: Held}
	for _, finding := range []Finding{Down, Taken, Dead, Held} {
		cell.add(finding, string(finding))
	}
	if cell.Finding != Taken || !slices.Equal(cell.Seen, []string{"down", "taken", "dead"}) {
		t.Errorf("%+v", cell)
	}
}

// Only what befalls the calls of those that were aimed at, and no more, tells which part of an attack it was.
func TestAttributed(t *testing.T) {
	parts := []Part{{Subject: "a"}, {Subject: "b"}}
	for _, row := range []struct {
		name  string
		found []observation
		want  bool
	}{
		{"nothing", nil, true},
		{"their own", []observation{{subject: "a", finding: Taken}, {subject: "b", finding: Down}}, true},
		{"somebody else's", []observation{{subject: "c", finding: Down}}, false},
		{"all", []observation{{finding: Dead}}, false},
		{"a later change", []observation{{subject: "a", finding: Dead}}, false},
	} {
		if got := attributed(row.found, parts); got != row.want {
			t.Errorf("%s: %v", row.name, got)
		}
	}
}

func TestKnown(t *testing.T) {
	judgement := &Judgement{Cells: []Cell{
		{Attack: "door-twin", Subject: "TLS, direct", Defence: "nothing", Age: Older, Finding: Dead},
		{Attack: "door-twin", Subject: "TLS, direct", Defence: "nothing", Age: Younger, Finding: Dead},
		{Attack: "door-twin", Subject: "TCP", Defence: "nothing", Age: Older, Finding: Dead},
		{Attack: "door-twin", Subject: "TLS, direct", Defence: "nothing", Age: Older, Finding: Held},
	}}
	known := []*Known{
		{Attacks: []string{"door-*"}, Subjects: []string{"TLS*"}, Ages: []Age{Older}, Findings: []Finding{Dead}, Reason: "so it is"},
		{Attacks: []string{"other"}, Reason: "nothing of the kind"},
	}
	judgement.Mark(known)
	for i, want := range []string{"so it is", "", "", ""} {
		if got := judgement.Cells[i].Known; got != want {
			t.Errorf("cell %d: %q", i, got)
		}
	}
	if got := reasons.Unmet(known); !slices.Equal(got, []string{"nothing of the kind"}) {
		t.Errorf("%q", got)
	}
	text, unknown, problems := Summary([]*Judgement{judgement})
	if unknown != 2 || problems != 0 || !strings.HasPrefix(text, "4 cells in 0 states: 1 held, 3 not, 2 of them not known") {
		t.Errorf("%d unknown, %d problems: %s", unknown, problems, text)
	}
}

func TestTable(t *testing.T) {
	c := load(t)
	c.Attacks[0].Parts = append(c.Attacks[0].Parts, Part{Subject: "third"})
	cells := func(defence string, findings ...Finding) *Judgement {
		r := &Judgement{Defence: defence}
		for i, subject := range []string{"TCP", "TLS", "third"} {
			for age, finding := range map[Age]Finding{Older: findings[2*i], Younger: findings[2*i+1]} {
				r.Cells = append(r.Cells, Cell{Attack: "mesh-route", Subject: subject, Defence: defence, Age: age, Finding: finding})
			}
		}
		return r
	}
	got := c.Table([]*Judgement{cells("nothing", Held, Held, Taken, Held, Held, Held), cells("policies", Held, Held, Down, Dead, Held, Held)})
	want := `| attack | against | nothing | policies |
| --- | --- | --- | --- |
| ` + "`mesh-route`" + `: VirtualService of our host for all sidecars | TCP; third | held | held |
|  | TLS | taken if older | down if older, dead if younger |
`
	if got != want {
		t.Error(got)
	}
}

// Where no ages are told apart, the cell is the finding.
func TestTableWithoutAges(t *testing.T) {
	r := &Judgement{Cells: []Cell{{Attack: "a", Subject: "s", Finding: In}}}
	if got := r.said("a", "s"); got != "in" {
		t.Errorf("%q", got)
	}
	if got := r.said("a", "other"); got != "" {
		t.Errorf("%q", got)
	}
}

func TestInto(t *testing.T) {
	got, err := Into("a\n"+begins+"\nold\n"+ends+"\nb\n", "\nnew\n\n")
	if want := "a\n" + begins + "\n\nnew\n\n" + ends + "\nb\n"; err != nil || got != want {
		t.Errorf("%q, %v", got, err)
	}
	if _, err := Into("a\n"+begins+"\nold\n", "new"); err == nil {
		t.Error("a page without an end")
	}
}

// What a policy refuses is never there.
func TestAdmitted(t *testing.T) {
	c := load(t)
	for _, defence := range c.Defences {
		b := &bench{of: c, defence: defence}
		if err := b.review(); err != nil {
			t.Fatal(err)
		}
		parts, err := b.admitted(c.Attacks[0].Parts)
		if err != nil {
			t.Fatal(err)
		}
		want := 1
		if defence.Policies != nil {
			want = 0
		}
		for _, part := range parts {
			if got := len(part.Objects.Objects); got != want {
				t.Errorf("%s: %d objects against %s, expected %d", defence.Name, got, part.Subject, want)
			}
		}
	}
}

func TestUnaccepted(t *testing.T) {
	cluster, err := accept.New()
	if err != nil {
		t.Fatal(err)
	}
	c := load(t)
	if problems := c.Unaccepted(cluster); len(problems) > 0 {
		t.Errorf("%q", problems)
	}
	object := c.Attacks[0].Parts[0].Objects.Objects[0]
	object.JSON = []byte(strings.Replace(string(object.JSON), `"ledger.example.com"`, `"not a host"`, 1))
	if problems := c.Unaccepted(cluster); len(problems) == 0 || !strings.HasPrefix(problems[0], "mesh-route: VirtualService mallory/tcp: ") {
		t.Errorf("%q", problems)
	}
}

// On real proxies: the host that a VirtualService of its own leads to is held, and the one without is seen to be taken; nothing is where a
// policy refuses the neighbour's objects.
func TestHeldAndTaken(t *testing.T) {
	lab, err := live.NewLab()
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("real proxies cannot run here: %v", err)
		}
		t.Skipf("REAL PROXIES CANNOT RUN HERE: %v", err)
	}
	defer lab.Close()
	c := load(t)
	for _, defence := range c.Defences {
		judgement, err := Judge(lab, c, defence, func(Attack) bool { return true })
		if err != nil {
			t.Fatal(err)
		}
		if len(judgement.Problems) > 0 || len(judgement.Cells) != 4 {
			t.Fatalf("%s: %q, %+v", defence.Name, judgement.Problems, judgement.Cells)
		}
		for _, cell := range judgement.Cells {
			want := Held
			if cell.Subject == "TLS" && defence.Policies == nil {
				want = Taken
			}
			if cell.Finding != want {
				t.Errorf("%s, %s, %s: %s, expected %s: %q", cell.Subject, cell.Defence, cell.Age, cell.Finding, want, cell.Seen)
			}
		}
	}
}
