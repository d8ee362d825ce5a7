package environment_test

import (
	"testing"

	"istio.io/istio/pilot/pkg/features"

	"github.com/cdk8s-istio-egress/conformance/internal/environment"
)

func TestIstioReadsTheLabsEnvironment(t *testing.T) {
	if len(environment.Variables) == 0 || features.EnableAmbient || !features.DisableMxALPN || features.MetadataExchange {
		t.Errorf("istio's packages were initialised before the lab's environment: ambient %v, metadata exchange %v", features.EnableAmbient, features.MetadataExchange)
	}
}
