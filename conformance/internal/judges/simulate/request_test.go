package simulate

import (
	"testing"

	route "github.com/envoyproxy/go-control-plane/envoy/config/route/v3"
	hcm "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/network/http_connection_manager/v3"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/types/known/wrapperspb"
)

func TestRoutesTakeRequests(t *testing.T) {
	asked := request{method: "GET", authority: "a.example.com", path: "/v1/books?page=2", headers: map[string]string{"x-a": "one"}}
	for _, row := range []struct {
		name, match string
		want        bool
	}{
		{"prefix", `{"prefix":"/v1/"}`, true},
		{"another prefix", `{"prefix":"/v2/"}`, false},
		{"path without its query", `{"path":"/v1/books"}`, true},
		{"folder", `{"pathSeparatedPrefix":"/v1"}`, true},
		{"part of a folder's name", `{"pathSeparatedPrefix":"/v1/book"}`, false},
		{"expression", `{"safeRegex":{"regex":"/v1/[a-z]+"}}`, true},
		{"expression for a part", `{"safeRegex":{"regex":"/v1/"}}`, false},
		{"alternatives", `{"safeRegex":{"regex":"/v1/books|/v2"}}`, true},
		{"no case", `{"path":"/V1/Books","caseSensitive":false}`, true},
		{"method", `{"prefix":"/","headers":[{"name":":method","stringMatch":{"safeRegex":{"regex":"GET|HEAD"}}}]}`, true},
		{"another method", `{"prefix":"/","headers":[{"name":":method","stringMatch":{"exact":"POST"}}]}`, false},
		{"authority", `{"prefix":"/","headers":[{"name":":authority","stringMatch":{"suffix":".example.com"}}]}`, true},
		{"header", `{"prefix":"/","headers":[{"name":"X-A","stringMatch":{"exact":"one"}}]}`, true},
		{"expression for a part of a header", `{"prefix":"/","headers":[{"name":"x-a","stringMatch":{"safeRegex":{"regex":"on"}}}]}`, false},
		{"header that is missing", `{"prefix":"/","headers":[{"name":"x-b","stringMatch":{"exact":"one"}}]}`, false},
		{"missing, and another one wanted", `{"prefix":"/","headers":[{"name":"x-b","stringMatch":{"exact":"one"},"invertMatch":true}]}`, false},
		{"missing, and taken for empty", `{"prefix":"/","headers":[{"name":"x-b","stringMatch":{"exact":"one"},"invertMatch":true,"treatMissingHeaderAsEmpty":true}]}`, true},
		{"present", `{"prefix":"/","headers":[{"name":"x-a","presentMatch":true}]}`, true},
		{"absent", `{"prefix":"/","headers":[{"name":"x-b","presentMatch":true,"invertMatch":true}]}`, true},
		{"all of several", `{"prefix":"/","headers":[{"name":"x-a","presentMatch":true},{"name":"x-b","presentMatch":true}]}`, false},
	} {
		match := &route.RouteMatch{}
		if err := protojson.Unmarshal([]byte(row.match), match); err != nil {
			t.Fatal(err)
		}
		if got, err := asked.takenBy(match); err != nil || got != row.want {
			t.Errorf("%s: want %v, got %v, %v", row.name, row.want, got, err)
		}
	}
	if _, err := asked.takenBy(&route.RouteMatch{PathSpecifier: &route.RouteMatch_Prefix{Prefix: "/"}, Grpc: &route.RouteMatch_GrpcRouteMatchOptions{}}); err == nil {
		t.Error("a match that is not simulated passes for one")
	}
}

func TestPathsAsAProxyReadsThem(t *testing.T) {
	istio := &hcm.HttpConnectionManager{NormalizePath: wrapperspb.Bool(true), PathWithEscapedSlashesAction: hcm.HttpConnectionManager_KEEP_UNCHANGED}
	merging := &hcm.HttpConnectionManager{NormalizePath: wrapperspb.Bool(true), MergeSlashes: true, PathWithEscapedSlashesAction: hcm.HttpConnectionManager_UNESCAPE_AND_FORWARD}
	for _, row := range []struct {
		http       *hcm.HttpConnectionManager
		sent, want string
	}{
		{&hcm.HttpConnectionManager{}, "/a/../b", "/a/../b"},
		{istio, "/", "/"},
		{istio, "/a/../b?c=../d", "/b?c=../d"},
		{istio, "/a/%2e%2E/b", "/b"},
		{istio, "/../../b", "/b"},
		{istio, "/a/./b/..", "/a/"},
		{istio, "/%61", "/a"},
		{istio, `/a\..\b`, "/b"},
		{istio, "/a/..%2Fb", "/a/..%2Fb"},
		{istio, "//a", "//a"},
		{merging, "//a///b", "/a/b"},
		{merging, "/a/..%2fb", "/b"},
	} {
		if got, err := normalized(row.http, row.sent); err != nil || got != row.want {
			t.Errorf("%s: want %s, got %s, %v", row.sent, row.want, got, err)
		}
	}
}
