// Package reasons keeps lists of what is not as it should be, each with its reason.
package reasons

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"regexp"
	"strings"
)

// Item is what a list is of: why it is so, and whether it was found.
type Item interface {
	Why() string
	Found() bool
}

// Load reads a list; none if there is no such file.
func Load[T Item](path string) ([]T, error) {
	raw, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	var list []T
	if err == nil {
		err = json.Unmarshal(raw, &list)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	for _, one := range list {
		if one.Why() == "" {
			return nil, fmt.Errorf("%s: something is known without a reason", path)
		}
	}
	return list, nil
}

// Unmet are the reasons for which nothing was found.
func Unmet[T Item](list []T) []string {
	var out []string
	for _, one := range list {
		if !one.Found() {
			out = append(out, one.Why())
		}
	}
	return out
}

// Like compares a name with a pattern, in which an asterisk is anything; an empty one is like everything.
func Like(pattern, name string) bool {
	parts := strings.Split(pattern, "*")
	for i := range parts {
		parts[i] = regexp.QuoteMeta(parts[i])
	}
	return pattern == "" || regexp.MustCompile("^"+strings.Join(parts, ".*")+"$").MatchString(name)
}
