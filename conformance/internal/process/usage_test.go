package process

import (
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

func TestUsageIsThatOfAllChildren(t *testing.T) {
	folder := t.TempDir()
	p, err := Start(exec.Command("sh", "-c", "(while :; do :; done) & sleep 60"), filepath.Join(folder, "out"), filepath.Join(folder, "log"))
	if err != nil {
		t.Fatal(err)
	}
	defer p.Stop()
	time.Sleep(500 * time.Millisecond)
	usage, err := p.Usage()
	if err != nil || usage.CPU < 0.05 || usage.CPU > 1 || usage.Memory < 1e5 {
		t.Errorf("a busy child half a second long: %+v, %v", usage, err)
	}
}
