package attack

import (
	"fmt"
	"slices"
	"strings"
)

// everything is what an attack is called against that is aimed at no subject.
const everything = "the gateway, or all"

// Table is all judgements as Markdown: a row for each attack and the subjects that it does the same to.
func (c *Case) Table(judgements []*Judgement) string {
	out := &strings.Builder{}
	header := []string{"attack", "against"}
	for _, one := range judgements {
		header = append(header, one.Defence)
	}
	fmt.Fprintf(out, "| %s |\n|%s\n", strings.Join(header, " | "), strings.Repeat(" --- |", len(header)))
	for _, attack := range c.Attacks {
		name := fmt.Sprintf("`%s`: %s", attack.Name, attack.Title)
		for _, row := range c.rows(attack, judgements) {
			against := strings.Join(row.subjects, "; ")
			if len(row.subjects) == len(attack.Parts) && len(attack.Parts) > 1 {
				against = "each"
			}
			fmt.Fprintf(out, "| %s | %s | %s |\n", name, against, strings.Join(row.cells, " | "))
			name = ""
		}
	}
	return out.String()
}

type row struct{ subjects, cells []string }

// rows joins the subjects for which all cells are the same.
func (c *Case) rows(attack Attack, judgements []*Judgement) (rows []row) {
	for _, part := range attack.Parts {
		var cells []string
		tried := false
		for _, judgement := range judgements {
			text := judgement.said(attack.Name, part.Subject)
			tried = tried || text != ""
			cells = append(cells, text)
		}
		if !tried {
			continue
		}
		subject := part.Subject
		if subject == "" {
			subject = everything
		}
		index := slices.IndexFunc(rows, func(r row) bool { return slices.Equal(r.cells, cells) })
		if index < 0 {
			index = len(rows)
			rows = append(rows, row{cells: cells})
		}
		rows[index].subjects = append(rows[index].subjects, subject)
	}
	return rows
}

// said is a cell of the table: what the attack came to, whatever its age, or for one age alone.
func (r *Judgement) said(attack, subject string) string {
	findings := map[Age]Finding{}
	for _, cell := range r.Cells {
		if cell.Attack == attack && cell.Subject == subject {
			findings[cell.Age] = cell.Finding
		}
	}
	if finding, ageless := findings[""]; ageless {
		return string(finding)
	}
	older, younger := findings[Older], findings[Younger]
	switch {
	case older == younger:
		return string(older)
	case younger == Held:
		return fmt.Sprintf("%s if %s", older, Older)
	case older == Held:
		return fmt.Sprintf("%s if %s", younger, Younger)
	}
	return fmt.Sprintf("%s if %s, %s if %s", older, Older, younger, Younger)
}

// Reasons are why what does not hold does not, in the words of the list of what is known.
func Reasons(judgements []*Judgement) string {
	out := &strings.Builder{}
	var order []string
	attacks := map[string][]string{}
	for _, judgement := range judgements {
		for _, cell := range judgement.Cells {
			if cell.Known == "" {
				continue
			}
			if attacks[cell.Known] == nil {
				order = append(order, cell.Known)
			}
			if name := "`" + cell.Attack + "`"; !slices.Contains(attacks[cell.Known], name) {
				attacks[cell.Known] = append(attacks[cell.Known], name)
			}
		}
	}
	for _, reason := range order {
		fmt.Fprintf(out, "- %s: %s\n", strings.Join(attacks[reason], ", "), reason)
	}
	return out.String()
}

// Unknown tells of what was said to hold and does not, with what was seen.
func Unknown(judgements []*Judgement) string {
	out := &strings.Builder{}
	for _, judgement := range judgements {
		for _, problem := range judgement.Problems {
			fmt.Fprintf(out, "PROBLEM with %s: %s\n", judgement.Defence, problem)
		}
		for _, cell := range judgement.Cells {
			if cell.Finding == Held || cell.Known != "" {
				continue
			}
			subject := cell.Subject
			if subject == "" {
				subject = everything
			}
			fmt.Fprintf(out, "NOT HELD %s against %s with %s, %s: %s\n", cell.Attack, subject, cell.Defence, cell.Age, cell.Finding)
			for _, seen := range cell.Seen {
				fmt.Fprintf(out, "    %s\n", seen)
			}
		}
	}
	return out.String()
}

// Summary counts; unknown are the cells that do not hold and are not known.
func Summary(judgements []*Judgement) (text string, unknown, problems int) {
	cells, held, flickers, states := 0, 0, 0, 0
	for _, judgement := range judgements {
		problems += len(judgement.Problems)
		flickers += judgement.Flickers
		states += judgement.States
		for _, cell := range judgement.Cells {
			cells++
			switch {
			case cell.Finding == Held:
				held++
			case cell.Known == "":
				unknown++
			}
		}
	}
	return fmt.Sprintf("%d cells in %d states: %d held, %d not, %d of them not known; %d problems; seen once and not again: %d\n",
		cells, states, held, cells-held, unknown, problems, flickers), unknown, problems
}

// Marks between which a page has the table and the reasons.
const (
	begins = "<!-- attacks: what follows is printed by the lab -->"
	ends   = "<!-- attacks: so far -->"
)

// Into is a page with what is printed in place of what it had between its marks.
func Into(page, printed string) (string, error) {
	before, rest, begun := strings.Cut(page, begins+"\n")
	_, after, ended := strings.Cut(rest, ends)
	if !begun || !ended {
		return "", fmt.Errorf("there is no %q, or no %q after it", begins, ends)
	}
	return before + begins + "\n\n" + strings.TrimSpace(printed) + "\n\n" + ends + after, nil
}
