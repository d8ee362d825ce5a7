package proxies

import (
	"slices"
	"testing"

	corev1 "k8s.io/api/core/v1"
)

func TestCommandLine(t *testing.T) {
	tools := Tools{Nginx: "/usr/sbin/nginx", NginxStream: "/m.so"}
	for _, row := range []struct {
		name          string
		command, args []string
		want          []string
	}{
		{"the image's own", nil, nil, []string{"-g", "load_module /m.so; daemon off;"}},
		{"arguments", nil, []string{"nginx", "-c", "/etc/sni/nginx.conf", "-g", "daemon off;"}, []string{"-g", "load_module /m.so; daemon off;", "-c", "/etc/sni/nginx.conf"}},
		{"a command", []string{"/usr/sbin/nginx"}, []string{"-c", "/x"}, []string{"-g", "load_module /m.so; daemon off;", "-c", "/x"}},
	} {
		got := commandLine(tools, corev1.Container{Command: row.command, Args: row.args})
		if want := append([]string{"/usr/sbin/nginx", "-e", "/dev/stderr"}, row.want...); !slices.Equal(got, want) {
			t.Errorf("%s: want %q, got %q", row.name, want, got)
		}
	}
}

func TestCommandLineOfAShell(t *testing.T) {
	got := commandLine(Tools{Nginx: "/usr/sbin/nginx", NginxStream: "/m.so"}, corev1.Container{Command: []string{"sh", "-ec", "exec nginx -c /x"}})
	if want := []string{"env", "PATH=/tmp/bin:/usr/bin:/bin", "sh", "-ec", "exec nginx -c /x"}; !slices.Equal(got, want) {
		t.Errorf("want %q, got %q", want, got)
	}
}
