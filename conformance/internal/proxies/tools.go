package proxies

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// Tools are the programs that the lab starts.
type Tools struct {
	Envoy, Nginx, NginxStream, NginxScript string
}

// Installed is a file below the folder that the scripts of installation fill (or below $CONFORMANCE_TOOLS), empty if it is not there.
func Installed(path ...string) string {
	folders := []string{os.Getenv("CONFORMANCE_TOOLS")}
	if working, err := os.Getwd(); err == nil {
		for ; ; working = filepath.Dir(working) {
			folders = append(folders, filepath.Join(working, ".tools"), filepath.Join(working, "conformance", ".tools"))
			if working == filepath.Dir(working) {
				break
			}
		}
	}
	for _, folder := range folders {
		candidate := filepath.Join(append([]string{folder}, path...)...)
		if info, err := os.Stat(candidate); folder != "" && err == nil && !info.IsDir() {
			return candidate
		}
	}
	return ""
}

// FindTools looks for Envoy where install.sh puts it, and for nginx where Debian does.
func FindTools() (Tools, error) {
	tools := Tools{Envoy: Installed("envoy", "envoy", "_bin", "envoy")}
	if tools.Envoy == "" {
		return tools, fmt.Errorf("no Envoy in .tools/: run conformance/install.sh")
	}
	for _, program := range []string{"ip", "iptables-restore", "setpriv", "unshare"} {
		if _, err := exec.LookPath(program); err != nil {
			return tools, fmt.Errorf("%w: run conformance/install.sh", err)
		}
	}
	tools.Nginx, _ = exec.LookPath("nginx")
	tools.NginxStream = nginxModule("ngx_stream_module.so")
	tools.NginxScript = nginxModule("ngx_stream_js_module.so")
	return tools, nil
}

func nginxModule(name string) string {
	path := filepath.Join("/usr/lib/nginx/modules", name)
	if _, err := os.Stat(path); err != nil {
		return ""
	}
	return path
}
