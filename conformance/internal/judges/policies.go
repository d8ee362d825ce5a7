package judges

import (
	"github.com/cdk8s-istio-egress/conformance/internal/network"
	"github.com/cdk8s-istio-egress/conformance/internal/world"
)

func enforcePolicies(_ *world.World, _ *network.Network) error { return nil }
