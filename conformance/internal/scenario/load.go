package scenario

import (
	"fmt"
	"os"

	"github.com/cdk8s-istio-egress/conformance/internal/controlplane"
	"github.com/cdk8s-istio-egress/conformance/internal/judges/live"
	"github.com/cdk8s-istio-egress/conformance/internal/world"
)

// Load puts one call of a scenario to load.
func (l *Lab) Load(manifestPath, callsPath, name string, volume live.Volume) (load live.Load, err error) {
	text, err := os.ReadFile(manifestPath)
	if err != nil {
		return load, err
	}
	stated, err := world.Load(callsPath, l.Schema)
	if err != nil {
		return load, err
	}
	set, _ := l.Accept.Objects(string(text))
	lab, err := world.Derive(set, stated)
	if err != nil {
		return load, err
	}
	for _, call := range stated.Calls {
		if call.Name != name {
			continue
		}
		err = l.withPlane(lab, func(plane *controlplane.ControlPlane, directory string) error {
			run, err := l.Run.Start(plane, directory, stated.Calls)
			if err != nil {
				return err
			}
			defer run.Stop()
			load, err = run.Load(call, volume)
			return err
		})
		return load, err
	}
	return load, fmt.Errorf("%s has no call %q", callsPath, name)
}
