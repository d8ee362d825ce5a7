package simulate

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"

	listener "github.com/envoyproxy/go-control-plane/envoy/config/listener/v3"
	route "github.com/envoyproxy/go-control-plane/envoy/config/route/v3"
	hcm "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/network/http_connection_manager/v3"
	tcp "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/network/tcp_proxy/v3"
	tls "github.com/envoyproxy/go-control-plane/envoy/extensions/transport_sockets/tls/v3"
	matcher "github.com/envoyproxy/go-control-plane/envoy/type/matcher/v3"

	"istio.io/istio/pilot/pkg/simulation"
)

// matched is the filter chain that a call came by, and of HTTP how it is read there.
type matched struct {
	http *hcm.HttpConnectionManager
	// polices: an AuthorizationPolicy may refuse what comes by it.
	polices bool
	// security is set where the chain wants a certificate of its client.
	security *tls.DownstreamTlsContext
	// clusters are those among which connections that are not read are divided.
	clusters []string
}

// chainOf finds what a result, which holds names alone, means.
func chainOf(sim *simulation.Simulation, result simulation.Result) matched {
	for _, one := range sim.Listeners {
		if one.GetName() != result.ListenerMatched {
			continue
		}
		for _, chain := range append(slices.Clone(one.GetFilterChains()), one.GetDefaultFilterChain()) {
			if chain != nil && chain.GetName() == result.FilterChainMatched {
				return readChain(chain)
			}
		}
	}
	return matched{}
}

func readChain(chain *listener.FilterChain) matched {
	var out matched
	security := &tls.DownstreamTlsContext{}
	if config := chain.GetTransportSocket().GetTypedConfig(); config != nil && config.UnmarshalTo(security) == nil && security.GetRequireClientCertificate().GetValue() {
		out.security = security
	}
	for _, filter := range chain.GetFilters() {
		out.polices = out.polices || isPolicy(filter.GetTypedConfig().GetTypeUrl())
		out.clusters = append(out.clusters, dividedAmong(filter)...)
		http := &hcm.HttpConnectionManager{}
		if !filter.GetTypedConfig().MessageIs(http) || filter.GetTypedConfig().UnmarshalTo(http) != nil {
			continue
		}
		out.http = http
		for _, one := range http.GetHttpFilters() {
			out.polices = out.polices || isPolicy(one.GetTypedConfig().GetTypeUrl())
		}
	}
	return out
}

// dividedAmong are the clusters of a TCP proxy that leads to several.
func dividedAmong(filter *listener.Filter) (names []string) {
	proxy := &tcp.TcpProxy{}
	if !filter.GetTypedConfig().MessageIs(proxy) || filter.GetTypedConfig().UnmarshalTo(proxy) != nil {
		return nil
	}
	for _, weighted := range proxy.GetWeightedClusters().GetClusters() {
		names = append(names, weighted.GetName())
	}
	return names
}

// trusts says whether the chain takes the certificate of a client of the mesh's mutual TLS.
func (m matched) trusts(peer *client) (bool, error) {
	if m.security == nil || peer == nil {
		return true, nil
	}
	if peer.forged {
		return false, nil
	}
	common := m.security.GetCommonTlsContext()
	//lint:ignore SA1019 Istio sets the deprecated field
	names := common.GetCombinedValidationContext().GetDefaultValidationContext().GetMatchSubjectAltNames()
	for _, name := range names {
		if takes, err := textTakenBy(peer.identity, name); takes || err != nil {
			return takes, err
		}
	}
	return len(names) == 0, nil
}

func isPolicy(typeURL string) bool { return strings.Contains(typeURL, ".rbac.") }

// virtualHost is the one that a result names.
func virtualHost(sim *simulation.Simulation, http *hcm.HttpConnectionManager, result simulation.Result) *route.VirtualHost {
	configs := sim.Routes
	if inline := http.GetRouteConfig(); inline != nil {
		configs = []*route.RouteConfiguration{inline}
	}
	for _, config := range configs {
		if http.GetRouteConfig() == nil && config.Name != result.RouteConfigMatched {
			continue
		}
		for _, host := range config.VirtualHosts {
			if host.Name == result.VirtualHostMatched {
				return host
			}
		}
	}
	return nil
}

// firstRoute is the first of a virtual host that takes the request; Istio's simulation looks at the path alone.
func firstRoute(host *route.VirtualHost, request request) (*route.Route, error) {
	for _, candidate := range host.GetRoutes() {
		takes, err := request.takenBy(candidate.GetMatch())
		if err != nil {
			return nil, fmt.Errorf("route %s: %w", candidate.GetName(), err)
		}
		if takes {
			return candidate, nil
		}
	}
	return nil, nil
}

// clusterOf is where a route leads; any of several, whatever their weights.
func clusterOf(found *route.Route) string {
	var names []string
	for _, weighted := range found.GetRoute().GetWeightedClusters().GetClusters() {
		names = append(names, weighted.GetName())
	}
	return anyOf(names, found.GetRoute().GetCluster())
}

// anyOf is one of several clusters, whatever their weights.
func anyOf(names []string, otherwise string) string {
	if len(names) == 0 {
		return otherwise
	}
	return names[rand.IntN(len(names))]
}

// rewrittenHost is the Host header that a route sends on, if it changes it.
func rewrittenHost(found *route.Route) string {
	for _, weighted := range found.GetRoute().GetWeightedClusters().GetClusters() {
		return weighted.GetHostRewriteLiteral()
	}
	return found.GetRoute().GetHostRewriteLiteral()
}

// request is what a proxy matches its routes by.
type request struct {
	method, authority, path string
	// headers are the others, in small letters.
	headers map[string]string
}

// takenBy fails for a kind of match that is not simulated.
func (r request) takenBy(match *route.RouteMatch) (bool, error) {
	if len(match.GetQueryParameters()) > 0 || match.GetRuntimeFraction() != nil || match.GetGrpc() != nil || match.GetTlsContext() != nil ||
		len(match.GetDynamicMetadata()) > 0 || len(match.GetFilterState()) > 0 {
		return false, fmt.Errorf("a match by more than method, path and headers is not simulated")
	}
	if takes, err := r.pathTakenBy(match); err != nil || !takes {
		return false, err
	}
	for _, header := range match.GetHeaders() {
		if takes, err := r.headerTakenBy(header); err != nil || !takes {
			return false, err
		}
	}
	return true, nil
}

func (r request) pathTakenBy(match *route.RouteMatch) (bool, error) {
	path, _, _ := strings.Cut(r.path, "?")
	same := func(text string) string { return text }
	if match.GetCaseSensitive() != nil && !match.GetCaseSensitive().GetValue() {
		same = strings.ToLower
	}
	switch wanted := match.GetPathSpecifier().(type) {
	case *route.RouteMatch_Prefix:
		return strings.HasPrefix(same(path), same(wanted.Prefix)), nil
	case *route.RouteMatch_Path:
		return same(path) == same(wanted.Path), nil
	case *route.RouteMatch_PathSeparatedPrefix:
		rest, found := strings.CutPrefix(same(path), same(wanted.PathSeparatedPrefix))
		return found && (rest == "" || rest[0] == '/'), nil
	case *route.RouteMatch_SafeRegex:
		return isWhole(wanted.SafeRegex.GetRegex(), path)
	case *route.RouteMatch_ConnectMatcher_:
		return r.method == "CONNECT", nil
	}
	return false, fmt.Errorf("a match of the path by %T is not simulated", match.GetPathSpecifier())
}

// header is false if the request has none of the name.
func (r request) header(name string) (string, bool) {
	switch name = strings.ToLower(name); name {
	case ":method":
		return r.method, true
	case ":path":
		return r.path, true
	case ":authority", "host":
		return r.authority, true
	}
	value, ok := r.headers[name]
	return value, ok
}

func (r request) headerTakenBy(match *route.HeaderMatcher) (bool, error) {
	value, there := r.header(match.GetName())
	if wanted, ok := match.GetHeaderMatchSpecifier().(*route.HeaderMatcher_PresentMatch); ok {
		return (there == wanted.PresentMatch) != match.GetInvertMatch(), nil
	}
	if !there && !match.GetTreatMissingHeaderAsEmpty() {
		return false, nil
	}
	wanted, ok := match.GetHeaderMatchSpecifier().(*route.HeaderMatcher_StringMatch)
	if !ok {
		return false, fmt.Errorf("a match of header %s by %T is not simulated", match.GetName(), match.GetHeaderMatchSpecifier())
	}
	takes, err := textTakenBy(value, wanted.StringMatch)
	return takes != match.GetInvertMatch(), err
}

func textTakenBy(value string, match *matcher.StringMatcher) (bool, error) {
	same := func(text string) string { return text }
	if match.GetIgnoreCase() {
		same = strings.ToLower
	}
	switch wanted := match.GetMatchPattern().(type) {
	case *matcher.StringMatcher_Exact:
		return same(value) == same(wanted.Exact), nil
	case *matcher.StringMatcher_Prefix:
		return strings.HasPrefix(same(value), same(wanted.Prefix)), nil
	case *matcher.StringMatcher_Suffix:
		return strings.HasSuffix(same(value), same(wanted.Suffix)), nil
	case *matcher.StringMatcher_Contains:
		return strings.Contains(same(value), same(wanted.Contains)), nil
	case *matcher.StringMatcher_SafeRegex:
		return isWhole(wanted.SafeRegex.GetRegex(), value)
	}
	return false, fmt.Errorf("a match by %T is not simulated", match.GetMatchPattern())
}

// isWhole says whether an expression matches a text from end to end, as Envoy's must.
func isWhole(expression, text string) (bool, error) {
	compiled, err := regexp.Compile(`\A(?:` + expression + `)\z`)
	if err != nil {
		return false, err
	}
	return compiled.MatchString(text), nil
}

// sentOn is a request as a route hands it on, but for its authority.
func (r request) sentOn(host *route.VirtualHost, found *route.Route) (request, error) {
	action := found.GetRoute()
	if action.GetRegexRewrite() != nil || action.GetPathRewritePolicy() != nil || action.GetPathRewrite() != "" {
		return r, fmt.Errorf("route %s: a path that is rewritten by an expression is not simulated", found.GetName())
	}
	if prefix := action.GetPrefixRewrite(); prefix != "" {
		was := found.GetMatch().GetPrefix() + found.GetMatch().GetPath() + found.GetMatch().GetPathSeparatedPrefix()
		if was == "" {
			return r, fmt.Errorf("route %s: what of the path is rewritten is not simulated", found.GetName())
		}
		r.path = prefix + strings.TrimPrefix(r.path, was)
	}
	r.headers = maps.Clone(r.headers)
	for _, name := range append(slices.Clone(host.GetRequestHeadersToRemove()), found.GetRequestHeadersToRemove()...) {
		delete(r.headers, strings.ToLower(name))
	}
	for _, weighted := range action.GetWeightedClusters().GetClusters() {
		for _, name := range weighted.GetRequestHeadersToRemove() {
			delete(r.headers, strings.ToLower(name))
		}
	}
	return r, nil
}
