package proxies

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/cdk8s-istio-egress/conformance/internal/world"
)

// Mounts are the volumes of a pod as folders, and how its containers see them.
type Mounts struct {
	folder   string
	template *corev1.PodSpec
	sources  map[string]string
}

// PrepareMounts writes the ConfigMaps and Secrets that a pod mounts.
func PrepareMounts(w *world.World, pod *world.Pod, folder string) (*Mounts, error) {
	m := &Mounts{folder: folder, template: pod.Template, sources: map[string]string{}}
	if pod.Template == nil {
		return m, nil
	}
	for _, volume := range pod.Template.Volumes {
		source := filepath.Join(folder, "volumes", volume.Name)
		if err := os.MkdirAll(source, 0o777); err != nil {
			return nil, err
		}
		if err := os.Chmod(source, 0o777); err != nil {
			return nil, err
		}
		files, err := w.VolumeFiles(pod, volume)
		if err != nil {
			return nil, err
		}
		for name, content := range files {
			if err := os.WriteFile(filepath.Join(source, name), content, 0o644); err != nil {
				return nil, err
			}
		}
		m.sources[volume.Name] = source
	}
	return m, nil
}

// wrap is a shell that mounts the volumes of one container and becomes the
// program given after it. It runs in the private mount namespace of "ip netns
// exec". Mount points that this machine lacks are made in an overlay.
func (m *Mounts) wrap(container string) []string {
	var lines []string
	for _, candidate := range m.containers() {
		if candidate.Name != container {
			continue
		}
		var overlays []string
		for _, mount := range candidate.VolumeMounts {
			source, ok := m.sources[mount.Name]
			if !ok {
				continue
			}
			if mount.SubPath != "" {
				source = filepath.Join(source, mount.SubPath)
			}
			top := filepath.Clean("/" + strings.Split(strings.Trim(resolve(mount.MountPath), "/"), "/")[0])
			if !slices.Contains(overlays, top) && top != "/tmp" {
				overlays = append(overlays, top)
				lines = append(lines, m.overlay(container, top))
			}
			lines = append(lines, fmt.Sprintf("mkdir -p %q && mount --bind %q %q", mount.MountPath, source, mount.MountPath))
		}
	}
	if len(lines) == 0 {
		return nil
	}
	return []string{"sh", "-ec", strings.Join(lines, "\n") + "\nexec \"$@\"", "sh"}
}

func (m *Mounts) containers() []corev1.Container {
	if m.template == nil {
		return nil
	}
	return m.template.Containers
}

func resolve(path string) string {
	if strings.HasPrefix(path, "/var/run/") || path == "/var/run" {
		return strings.TrimPrefix(path, "/var")
	}
	return path
}

func (m *Mounts) overlay(container, top string) string {
	upper := filepath.Join(m.folder, "overlay", container, top)
	own := "true"
	if top == "/etc" {
		// an overlay does not show the namespace's own files, which are mounted over the machine's
		own = fmt.Sprintf("cp /etc/resolv.conf /etc/hosts %q", upper+"-upper")
	}
	return fmt.Sprintf("mkdir -p %q %q && { [ -d %q ] || exit 97; } && %s && mount -t overlay overlay -o lowerdir=%s,upperdir=%s,workdir=%s %s",
		upper+"-upper", upper+"-work", top, own, top, upper+"-upper", upper+"-work", top)
}
