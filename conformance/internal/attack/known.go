package attack

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
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
			return nil, fmt.Errorf("%s: something is known without a reason", path)
		}
	}
	return known, nil
}

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

// Unmet are the reasons for which nothing was found.
func Unmet(known []*Known) []string {
	var out []string
	for _, one := range known {
		if !one.met {
			out = append(out, one.Reason)
		}
	}
	return out
}

func (k *Known) fits(c Cell) bool {
	return among(k.Attacks, c.Attack) && among(k.Subjects, c.Subject) && among(k.Defences, c.Defence) &&
		(len(k.Ages) == 0 || slices.Contains(k.Ages, c.Age)) && (len(k.Findings) == 0 || slices.Contains(k.Findings, c.Finding))
}

func among(patterns []string, name string) bool {
	return len(patterns) == 0 || slices.ContainsFunc(patterns, func(pattern string) bool {
		parts := strings.Split(pattern, "*")
		for i := range parts {
			parts[i] = regexp.QuoteMeta(parts[i])
		}
		return regexp.MustCompile("^" + strings.Join(parts, ".*") + "$").MatchString(name)
	})
}
