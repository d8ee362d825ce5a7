package simulate

import (
	"testing"

	listener "github.com/envoyproxy/go-control-plane/envoy/config/listener/v3"
	route "github.com/envoyproxy/go-control-plane/envoy/config/route/v3"
	tcp "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/network/tcp_proxy/v3"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/anypb"
)

func read[M proto.Message](t *testing.T, message M, text string) M {
	t.Helper()
	if err := protojson.Unmarshal([]byte(text), message); err != nil {
		t.Fatal(err)
	}
	return message
}

// What is divided takes each of its clusters some time, and what is not its own.
func TestDividedConnections(t *testing.T) {
	among := func(text string) func() string {
		proxy := read(t, &tcp.TcpProxy{}, text)
		config, err := anypb.New(proxy)
		if err != nil {
			t.Fatal(err)
		}
		filter := &listener.Filter{ConfigType: &listener.Filter_TypedConfig{TypedConfig: config}}
		chain := readChain(&listener.FilterChain{Filters: []*listener.Filter{filter}})
		return func() string { return anyOf(chain.clusters, proxy.GetCluster()) }
	}
	by := func(text string) func() string {
		found := read(t, &route.Route{}, text)
		return func() string { return clusterOf(found) }
	}
	for _, row := range []struct {
		name string
		next func() string
		want []string
	}{
		{"bytes to one", among(`{"cluster":"a"}`), []string{"a"}},
		{"bytes to two", among(`{"weightedClusters":{"clusters":[{"name":"a","weight":90},{"name":"b","weight":10}]}}`), []string{"a", "b"}},
		{"requests to one", by(`{"route":{"cluster":"a"}}`), []string{"a"}},
		{"requests to one, named twice", by(`{"route":{"weightedClusters":{"clusters":[{"name":"a","weight":50},{"name":"a","weight":50}]}}}`), []string{"a"}},
		{"requests to two", by(`{"route":{"weightedClusters":{"clusters":[{"name":"a","weight":50},{"name":"b","weight":50}]}}}`), []string{"a", "b"}},
	} {
		seen := map[string]bool{}
		for range 200 {
			seen[row.next()] = true
		}
		for _, want := range row.want {
			if !seen[want] || len(seen) != len(row.want) {
				t.Errorf("%s: want %v, got %v", row.name, row.want, seen)
			}
		}
	}
}
