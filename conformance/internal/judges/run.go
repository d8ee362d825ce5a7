package judges

import (
	"github.com/cdk8s-istio-egress/conformance/internal/controlplane"
	"github.com/cdk8s-istio-egress/conformance/internal/world"
)

// RunLab is tier 2.
type RunLab struct{}

// Run is one.
type Run struct{}

// Start starts.
func (*RunLab) Start(*controlplane.ControlPlane, string) (*Run, error) { return &Run{}, nil }

// Call calls.
func (*Run) Call(world.Call) (Seen, error) { return Seen{Unmodelled: "not built"}, nil }

// Rejections tells.
func (*Run) Rejections() error { return nil }

// Stop stops.
func (*Run) Stop() {}
