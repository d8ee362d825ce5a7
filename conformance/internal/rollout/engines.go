package rollout

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"istio.io/istio/pkg/config"

	"github.com/cdk8s-istio-egress/conformance/internal/cluster"
	"github.com/cdk8s-istio-egress/conformance/internal/judges/live"
	"github.com/cdk8s-istio-egress/conformance/internal/manifests"
	"github.com/cdk8s-istio-egress/conformance/internal/network"
	"github.com/cdk8s-istio-egress/conformance/internal/reasons"
	"github.com/cdk8s-istio-egress/conformance/internal/world"
)

// Drive is a pair's change made in a cluster by a tool's own engine, while all calls are made over and over.
type Drive struct {
	Name   string `json:"name"`
	Back   bool   `json:"back"`
	Engine string `json:"engine"`
	// Spans are the calls with which something was wrong for a while.
	Spans []Span `json:"spans"`
	// Problems are of the ends, or of the lab.
	Problems []string `json:"problems"`
	// Steps are the changes in the order in which the API server stored them; Strange counts the states between them that
	// are none of the order that the lattice takes for the tool's.
	Steps   []string `json:"steps"`
	Strange int      `json:"strange"`
	// Probes counts calls; Every is the mean time between two of one call, Took that of the engine.
	Probes int           `json:"probes"`
	Every  time.Duration `json:"every"`
	Took   time.Duration `json:"took"`
}

// Span is a call with which something was wrong.
type Span struct {
	Kind Kind   `json:"kind"`
	Call string `json:"call"`
	Seen string `json:"seen"`
	// Times is how often; Lasted is from the beginning of the first such call to that of the last.
	Times  int           `json:"times"`
	Lasted time.Duration `json:"lasted"`
	Known  string        `json:"known,omitempty"`

	from time.Time
}

// InCluster drives pairs in a cluster.
type InCluster struct {
	Run     *live.Lab
	Cluster *cluster.Cluster
}

// driven looks at what an engine has made.
type driven struct{ real }

func (driven) Change(_, _ []config.Config) error { return nil }

func (driven) Check(world.Call) (string, error) { return "", nil }

// Drive lets each engine bring a pair from one end to the other and, if asked, back.
func (l *InCluster) Drive(pair *Pair, engines []string, back bool) (drives []*Drive, err error) {
	w, err := world.Derive(pair.Union(), pair.BeforeCalls)
	if err != nil {
		return nil, err
	}
	directory, err := os.MkdirTemp("", network.FolderPattern)
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(directory) }()
	if err := os.Chmod(directory, 0o755); err != nil { // the proxies are not root
		return nil, err
	}
	scene, err := l.Cluster.StageFor(w)
	defer scene.Clear()
	if err != nil {
		return nil, err
	}
	plane, err := scene.Plane(directory)
	if err != nil {
		return nil, err
	}
	defer plane.Stop()
	run, err := l.Run.Start(plane, directory, pair.BeforeCalls.Calls)
	if err != nil {
		return nil, err
	}
	defer run.Stop()
	if err := run.Watch(); err != nil {
		return nil, err
	}
	looker := driven{real{plane, run}}
	for _, engine := range engines {
		if err := l.sync(run, engine, nil, pair.Before); err != nil {
			return drives, err
		}
		last := pair
		drive, err := l.drive(pair, looker, engine, false)
		if err != nil {
			return drives, err
		}
		drives = append(drives, drive)
		if back {
			last = pair.Back()
			if drive, err = l.drive(last, looker, engine, true); err != nil {
				return drives, err
			}
			drives = append(drives, drive)
		}
		if err := l.sync(run, engine, last.After, nil); err != nil {
			return drives, err
		}
	}
	return drives, nil
}

func (l *InCluster) sync(run *live.Run, engine string, was, is *manifests.Set) error {
	if err := l.Cluster.Sync(engine, was, is); err != nil {
		return err
	}
	return run.Settle()
}

// around is for how long the calls are made before an engine begins, and after everything is settled.
const around = 200 * time.Millisecond

// drive brings a pair to its other end.
func (l *InCluster) drive(pair *Pair, looker driven, engine string, back bool) (*Drive, error) {
	judge := NewJudge(pair, looker, back)
	if err := judge.end(before, State{Place: Between}); err != nil {
		return nil, err
	}
	prober, err := looker.run.Probe(pair.BeforeCalls.Calls)
	if err != nil {
		return nil, err
	}
	time.Sleep(around)
	followed, err := l.Cluster.Follow(pair.Union().Objects)
	if err != nil {
		return nil, err
	}
	start := time.Now()
	err = l.Cluster.Sync(engine, pair.Before, pair.After)
	took := time.Since(start)
	if err == nil {
		err = looker.run.Settle()
	}
	time.Sleep(around)
	probes := prober.Stop()
	events, problem := followed()
	if err := errors.Join(err, problem); err != nil {
		return nil, err
	}
	if err := judge.end(after, State{Place: Between, Done: uint64(1)<<len(judge.changes) - 1}); err != nil {
		return nil, err
	}
	drive := &Drive{Name: pair.Name, Back: back, Engine: engine, Problems: judge.result.Problems, Probes: len(probes), Took: took}
	if len(probes) > 0 {
		drive.Every = probes[len(probes)-1].Ended.Sub(probes[0].Began) * time.Duration(len(pair.BeforeCalls.Calls)) / time.Duration(len(probes))
	}
	drive.add(judge, probes)
	drive.follow(judge, events)
	return drive, nil
}

// orderOf names the order that the lattice takes for an engine's.
var orderOf = map[string]string{
	"kubectl": "kubectl", "argo": "Argo CD", "argo-server-side": "Argo CD", "argo-prune-last": "PruneLast", "argo-server-side-prune-last": "PruneLast", "flux": "Flux",
}

// follow holds the states that the cluster was in against those of the lattice.
func (d *Drive) follow(judge *Judge, events []cluster.Event) {
	var states []uint64
	if index := slices.IndexFunc(judge.result.Orders, func(order Order) bool { return order.Name == orderOf[d.Engine] }); index >= 0 {
		states = judge.result.Orders[index].States
	}
	done := uint64(0)
	for _, event := range events {
		index := slices.IndexFunc(judge.changes, func(change Change) bool { return change.ID == event.ID && change.removes() == event.Deleted })
		if index < 0 || done&(1<<index) != 0 {
			continue
		}
		done |= 1 << index
		d.Steps = append(d.Steps, judge.changes[index].said(true))
		if states != nil && !slices.Contains(states, done) {
			d.Strange++
		}
	}
	if len(d.Steps) != len(judge.changes) {
		d.Problems = append(d.Problems, fmt.Sprintf("%d of %d changes were seen at the API server", len(d.Steps), len(judge.changes)))
	}
}

// add judges what was seen while the engine worked, by both ends.
func (d *Drive) add(judge *Judge, probes []live.Probe) {
	slices.SortFunc(probes, func(a, b live.Probe) int { return a.Began.Compare(b.Began) })
	for _, probe := range probes {
		sight := Sight{Glimpse: probe.Glimpse}
		kind := judge.judge(State{Place: Between}, probe.Call, sight)
		if kind == "" {
			continue
		}
		call := judge.pair.BeforeCalls.Calls[probe.Call].Name
		index := slices.IndexFunc(d.Spans, func(span Span) bool { return span.Kind == kind && span.Call == call })
		if index < 0 {
			index = len(d.Spans)
			d.Spans = append(d.Spans, Span{Kind: kind, Call: call, Seen: sight.String(), from: probe.Began})
		}
		d.Spans[index].Times++
		d.Spans[index].Lasted = probe.Began.Sub(d.Spans[index].from)
	}
}

// Mark gives every leak that is known its reason, whatever order it is known of.
func (d *Drive) Mark(known []*Known) {
	for i := range d.Spans {
		span := &d.Spans[i]
		for _, one := range known {
			if span.Kind != Lost && one.Place == Between && (one.Kind == "" || one.Kind == span.Kind) && reasons.Like(one.Pairs, d.Name) && reasons.Like(one.Calls, span.Call) {
				span.Known = one.Reason
			}
		}
	}
}

// Unknown counts the calls that leaked, and of which no reason is known.
func (d *Drive) Unknown() int {
	count := 0
	for _, span := range d.Spans {
		if span.Kind != Lost && span.Known == "" {
			count += span.Times
		}
	}
	return count
}

func (d *Drive) label() string {
	if d.Back {
		return d.Name + " ←"
	}
	return d.Name + " →"
}

// of counts the calls of a kind, and tells how long the longest of them went on.
func (d *Drive) of(lost bool) (times int, lasted time.Duration) {
	for _, span := range d.Spans {
		if (span.Kind == Lost) == lost {
			times, lasted = times+span.Times, max(lasted, span.Lasted)
		}
	}
	return times, lasted
}

func (d *Drive) cell() string {
	leaks, leaked := d.of(false)
	lost, missed := d.of(true)
	if leaks+lost == 0 {
		return "·"
	}
	text := fmt.Sprintf("%d/%d", leaks, lost)
	if longest := max(leaked, missed); longest > 0 {
		text += fmt.Sprintf(" %.2fs", longest.Seconds())
	}
	return text
}

// Progress is a line for who waits.
func (d *Drive) Progress() string {
	return fmt.Sprintf("%s %s: %s; %d calls, one of each every %d ms; the engine took %.1f s, %d of its %d states are not of the lattice's order\n",
		d.label(), d.Engine, d.cell(), d.Probes, d.Every.Milliseconds(), d.Took.Seconds(), d.Strange, len(d.Steps))
}

// TableOfDrives is all drives for people; with breaks, it names the calls that were lost too.
func TableOfDrives(drives []*Drive, engines []string, breaks bool) string {
	out := &strings.Builder{}
	out.WriteString("calls that leaked / calls that were lost, and for how long the longest; →: the change, ←: the same taken back\n")
	rows := [][]string{append([]string{"pair"}, engines...)}
	for _, drive := range drives {
		index := slices.IndexFunc(rows, func(row []string) bool { return row[0] == drive.label() })
		if index < 0 {
			index = len(rows)
			rows = append(rows, append([]string{drive.label()}, slices.Repeat([]string{"–"}, len(engines))...))
		}
		rows[index][1+slices.Index(engines, drive.Engine)] = drive.cell()
	}
	writeRows(out, rows)
	for _, drive := range drives {
		for _, problem := range drive.Problems {
			fmt.Fprintf(out, "PROBLEM %s %s: %s\n", drive.label(), drive.Engine, problem)
		}
		for _, span := range drive.Spans {
			word := "LEAK"
			switch {
			case span.Kind == Lost && !breaks:
				continue
			case span.Kind == Lost:
				word = "lost"
			case span.Known != "":
				word = "known"
			}
			fmt.Fprintf(out, "%s %s %s, %s: %s: %d times in %.3f s, %s\n",
				word, drive.label(), drive.Engine, span.Kind, span.Call, span.Times, span.Lasted.Seconds(), span.Seen)
		}
	}
	return out.String()
}
