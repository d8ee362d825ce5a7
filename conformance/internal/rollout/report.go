package rollout

import (
	"fmt"
	"slices"
	"strings"
)

// cells are a pair's row of the table: of every order, how many of its states leak, and in how many a call is lost.
func (r *Judgement) cells() []string {
	var cells []string
	for _, order := range r.Orders {
		cells = append(cells, r.count(func(state State) bool { return state.Place == Between && slices.Contains(order.States, state.Done) }))
	}
	anyOrder := "–"
	if r.Whole {
		anyOrder = r.count(func(state State) bool { return state.Place == Between })
	}
	return append(cells, anyOrder,
		r.count(func(state State) bool { return state.Place == Unpruned }), r.count(func(state State) bool { return state.Place == Missing }))
}

func (r *Judgement) count(in func(State) bool) string {
	leaks, lost := map[State]bool{}, map[State]bool{}
	for _, finding := range r.Findings {
		switch {
		case !in(finding.State):
		case finding.Leaks():
			leaks[finding.State] = true
		default:
			lost[finding.State] = true
		}
	}
	if len(leaks)+len(lost) == 0 {
		return "·"
	}
	return fmt.Sprintf("%d/%d", len(leaks), len(lost))
}

func (r *Judgement) label() string {
	if r.Back {
		return r.Name + " ←"
	}
	return r.Name + " →"
}

// Progress is a line for who waits.
func (r *Judgement) Progress() string {
	return fmt.Sprintf("%s: %d changes, %d states in %.1f s\n", r.label(), len(r.Changes), r.States, r.Seconds)
}

// Table is all judgements for people; with breaks, it names the calls that are lost too.
func Table(judgements []*Judgement, breaks bool) string {
	out := &strings.Builder{}
	header := []string{"pair", "states", "kubectl", "Argo CD", "PruneLast", "Flux", "kubectl⁻", "Argo CD⁻", "Flux⁻", "any order", "unpruned", "one missing"}
	rows := [][]string{header}
	for _, r := range judgements {
		rows = append(rows, append([]string{r.label(), fmt.Sprint(r.States)}, r.cells()...))
	}
	out.WriteString("leaking states / states that lose a call; ⁻: in reverse; →: the change, ←: the same taken back\n")
	writeRows(out, rows)
	for _, r := range judgements {
		r.write(out, breaks)
	}
	return out.String()
}

func writeRows(out *strings.Builder, rows [][]string) {
	widths := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, cell := range row {
			widths[i] = max(widths[i], len([]rune(cell)))
		}
	}
	for _, row := range rows {
		for i, cell := range row {
			fmt.Fprintf(out, "%s%s  ", cell, strings.Repeat(" ", widths[i]-len([]rune(cell))))
		}
		out.WriteString("\n")
	}
}

func (r *Judgement) write(out *strings.Builder, breaks bool) {
	for _, problem := range r.Problems {
		fmt.Fprintf(out, "PROBLEM %s: %s\n", r.label(), problem)
	}
	for _, fixed := range r.Fixed {
		fmt.Fprintf(out, "n/a %s: %s changes, and the lab does not move objects of Kubernetes' own kinds\n", r.label(), fixed)
	}
	for _, group := range r.Groups() {
		if !group.Leaks() && !breaks {
			continue
		}
		word := "LEAK"
		switch {
		case !group.Leaks():
			word = "lost"
		case group.Known != "":
			word = "known"
		}
		fmt.Fprintf(out, "%s %s, %s, in %d states of %s\n", word, r.label(), group.Kind, len(group.States), strings.Join(group.Orders, ", "))
		for _, call := range group.Calls {
			fmt.Fprintf(out, "    %s\n", call)
		}
		for _, always := range group.Always {
			fmt.Fprintf(out, "    while %s\n", always)
		}
		if group.Known != "" {
			fmt.Fprintf(out, "    known: %s\n", group.Known)
		}
	}
}

// Group are calls with which the same is wrong in the same states.
type Group struct {
	Finding
	Calls  []string
	States []State
	// Orders go through one of them at least.
	Orders []string
	// Always are the changes that are the same in all of them.
	Always []string
}

// Groups joins the findings that are the same but for the state.
func (r *Judgement) Groups() []*Group {
	var groups []*Group
	for _, finding := range r.Findings {
		index := slices.IndexFunc(groups, func(g *Group) bool {
			return g.Kind == finding.Kind && g.Call == finding.Call && g.Seen == finding.Seen && g.State.Place == finding.State.Place && g.Known == finding.Known
		})
		if index < 0 {
			index = len(groups)
			groups = append(groups, &Group{Finding: finding})
		}
		groups[index].States = append(groups[index].States, finding.State)
	}
	var joined []*Group
	for _, group := range groups {
		group.Calls = []string{group.Call + ": " + group.Seen}
		index := slices.IndexFunc(joined, func(g *Group) bool {
			return g.Kind == group.Kind && g.Known == group.Known && slices.Equal(g.States, group.States)
		})
		if index >= 0 {
			joined[index].Calls = append(joined[index].Calls, group.Calls...)
			continue
		}
		group.Orders, group.Always = r.ordersOf(group.States), r.always(group.States)
		joined = append(joined, group)
	}
	return joined
}

func (r *Judgement) ordersOf(states []State) []string {
	var names []string
	switch states[0].Place {
	case Missing:
		for _, state := range states {
			names = append(names, r.Describe(state))
		}
		return names
	case Unpruned:
		return []string{"all applied and nothing pruned"}
	}
	for _, order := range r.Orders {
		if slices.ContainsFunc(states, func(state State) bool { return slices.Contains(order.States, state.Done) }) {
			names = append(names, order.Name)
		}
	}
	if names == nil {
		return []string{"no tool's order"}
	}
	return names
}

func (r *Judgement) always(states []State) []string {
	if states[0].Place != Between {
		return nil
	}
	var out []string
	for i, change := range r.Changes {
		done := states[0].Done & (1 << i)
		if !slices.ContainsFunc(states, func(state State) bool { return state.Done&(1<<i) != done }) {
			out = append(out, change.said(done != 0))
		}
	}
	return out
}

// Summary counts; unknown are the leaks that no list of known ones has.
func Summary(judgements []*Judgement) (text string, unknown, problems int) {
	states, leaks, lost, flickers, unjudged := 0, 0, 0, 0, 0
	for _, r := range judgements {
		states += r.States
		flickers += r.Flickers
		unjudged += r.Unjudged
		problems += len(r.Problems)
		for _, group := range r.Groups() {
			switch {
			case !group.Leaks():
				lost++
			case group.Known == "":
				leaks++
				unknown++
			default:
				leaks++
			}
		}
	}
	return fmt.Sprintf("%d rollouts, %d states: %d leaks, %d of them not known; %d calls lost somewhere; %d problems; seen once and not again: %d; not judged: %d\n",
		len(judgements), states, leaks, unknown, lost, problems, flickers, unjudged), unknown, problems
}
