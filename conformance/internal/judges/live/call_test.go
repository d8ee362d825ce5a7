package live

import (
	"strings"
	"testing"

	"github.com/cdk8s-istio-egress/conformance/internal/judges"
	"github.com/cdk8s-istio-egress/conformance/internal/manifests"
	"github.com/cdk8s-istio-egress/conformance/internal/world"
)

const ejecting = `
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: d, namespace: ns}
spec: {host: a.example.com, trafficPolicy: {outlierDetection: {consecutive5xxErrors: 3}}}
`

func TestACallIsMadeAgainInTheSameWorldOnly(t *testing.T) {
	for _, row := range []struct {
		name, manifests string
		how             world.How
		fails           world.Failing
		times           int
	}{
		{"alone", "", world.How{}, world.Failing{}, 2},
		{"after others", "", world.How{After: 1}, world.Failing{}, 1},
		{"beside others", "", world.How{Beside: 1}, world.Failing{}, 1},
		{"with a new certificate", "", world.How{Renews: "ns/s"}, world.Failing{}, 1},
		{"to a server that fails at first", "", world.How{}, world.Failing{By: "503", First: 1}, 1},
		{"where servers are ejected", ejecting, world.How{}, world.Failing{}, 1},
	} {
		set, err := manifests.Parse(row.manifests)
		if err != nil {
			t.Fatal(err)
		}
		lab := &world.World{Manifests: set, Stated: world.Stated{Servers: []world.Server{{Name: "s", Ports: []world.ServerPort{{Fails: row.fails}}}}}}
		made := 0
		unlogged := func() (judges.Seen, bool, error) { made++; return judges.Seen{Refused: unexplained}, true, nil }
		seen, err := callAgain(unlogged, changesWorld(world.Call{How: row.how}, lab))
		if err != nil || made != row.times || (made == 1) != strings.Contains(seen.Detail, "not made again") {
			t.Errorf("%s: made %d times, %q, %v", row.name, made, seen.Detail, err)
		}
	}
	made := 0
	if _, err := callAgain(func() (judges.Seen, bool, error) { made++; return judges.Seen{}, false, nil }, ""); err != nil || made != 1 {
		t.Errorf("a call that was logged: made %d times, %v", made, err)
	}
}
