package proxies

import (
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

func TestUsageIsThatOfAllChildren(t *testing.T) {
	folder := t.TempDir()
	p, err := start(exec.Command("sh", "-c", "(while :; do :; done) & sleep 60"), filepath.Join(folder, "out"), filepath.Join(folder, "log"))
	if err != nil {
		t.Fatal(err)
	}
	defer p.stop()
	time.Sleep(500 * time.Millisecond)
	usage, err := p.usage()
	if err != nil || usage.CPU < 0.05 || usage.CPU > 1 || usage.Memory < 1e5 {
		t.Errorf("a busy child half a second long: %+v, %v", usage, err)
	}
}
