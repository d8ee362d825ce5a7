package process

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// ticks are the kernel's units of CPU time a second, as /proc has them.
const ticks = 100

// Usage is what a program and its children have used.
type Usage struct {
	// CPU is in seconds, Memory in bytes.
	CPU, Memory float64
}

// Add adds another's.
func (u *Usage) Add(other Usage, err error) error {
	u.CPU += other.CPU
	u.Memory += other.Memory
	return err
}

// Usage sums the processes of the group that the program was started as.
func (p *Process) Usage() (total Usage, err error) {
	group := strconv.Itoa(p.command.Process.Pid)
	paths, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		return total, err
	}
	found := false
	for _, path := range paths {
		raw, err := os.ReadFile(path)
		if err != nil {
			continue // it has ended
		}
		// the fields after the name, which may hold anything: state, parent, group, …
		fields := strings.Fields(string(raw[bytes.LastIndexByte(raw, ')')+1:]))
		if len(fields) < 22 || fields[2] != group {
			continue
		}
		found = true
		for _, field := range fields[11:13] {
			spent, _ := strconv.ParseFloat(field, 64)
			total.CPU += spent / ticks
		}
		pages, _ := strconv.ParseFloat(fields[21], 64)
		total.Memory += pages * float64(os.Getpagesize())
	}
	if !found {
		return total, fmt.Errorf("process %s is gone", group)
	}
	return total, nil
}
