package simulate

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
	"strings"

	hcm "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/network/http_connection_manager/v3"

	"github.com/cdk8s-istio-egress/conformance/internal/world"
)

// forwardedCert is the header by which a proxy tells whose certificate it saw.
const forwardedCert = "x-forwarded-client-cert"

// client is who opened mutual TLS to a proxy.
type client struct {
	identity string
	// forged: the certificate is of an authority that the mesh does not know.
	forged bool
}

// firstRequest is what the application sends.
func firstRequest(call world.Call) request {
	path := call.How.Path
	if path == "" {
		path = "/"
	}
	headers := map[string]string{}
	for name, value := range call.How.Headers {
		headers[strings.ToLower(name)] = value
	}
	return request{method: call.SentMethod(), path: path, headers: headers}
}

// received is a request as a proxy reads it, before it looks for a route.
func (w *walk) received(pod *world.Pod, http *hcm.HttpConnectionManager, sent request) (request, error) {
	var err error
	if sent.path, err = normalized(http, sent.path); err != nil {
		return sent, err
	}
	headers := map[string]string{}
	for name, value := range sent.headers {
		headers[name] = value
	}
	sent.headers = headers
	how := http.GetForwardClientCertDetails()
	switch {
	case how == hcm.HttpConnectionManager_ALWAYS_FORWARD_ONLY:
		return sent, nil
	case how == hcm.HttpConnectionManager_SANITIZE, w.peer == nil:
		delete(headers, forwardedCert)
		return sent, nil
	case how == hcm.HttpConnectionManager_FORWARD_ONLY:
		return sent, nil
	}
	element, err := w.certificateElement(pod, http.GetSetCurrentClientCertDetails())
	if before := headers[forwardedCert]; how == hcm.HttpConnectionManager_APPEND_FORWARD && before != "" {
		element = before + "," + element
	}
	headers[forwardedCert] = element
	return sent, err
}

// certificateElement is what a proxy writes of its peer, field by field in Envoy's order.
func (w *walk) certificateElement(pod *world.Pod, details *hcm.HttpConnectionManager_SetCurrentClientCertDetails) (string, error) {
	lab := w.simulate.plane.World
	leaf, err := lab.Authorities.Mesh.Issue(world.Name{URI: w.peer.identity})
	if err != nil {
		return "", err
	}
	hash := sha256.Sum256(leaf.TLS.Certificate[0])
	fields := []string{"By=" + pod.Identity(lab.Stated.TrustDomain), "Hash=" + hex.EncodeToString(hash[:])}
	if details.GetCert() {
		fields = append(fields, fmt.Sprintf("Cert=%q", urlEncoded.Replace(string(leaf.Certificate))))
	}
	if details.GetSubject().GetValue() {
		fields = append(fields, `Subject=""`)
	}
	if details.GetUri() {
		fields = append(fields, "URI="+w.peer.identity)
	}
	return strings.Join(fields, ";"), nil
}

var urlEncoded = strings.NewReplacer("\n", "%0A", " ", "%20", "+", "%2B", "/", "%2F", "=", "%3D")

var (
	escaped      = regexp.MustCompile(`%[0-9A-Fa-f]{2}`)
	escapedSlash = regexp.MustCompile(`(?i)%(2f|5c)`)
	slashes      = regexp.MustCompile(`//+`)
)

// normalized is a path as a proxy makes it, its query left alone.
func normalized(http *hcm.HttpConnectionManager, sent string) (string, error) {
	path, query, hasQuery := strings.Cut(sent, "?")
	switch http.GetPathWithEscapedSlashesAction() {
	case hcm.HttpConnectionManager_IMPLEMENTATION_SPECIFIC_DEFAULT, hcm.HttpConnectionManager_KEEP_UNCHANGED:
	case hcm.HttpConnectionManager_UNESCAPE_AND_FORWARD:
		path = strings.NewReplacer("%2F", "/", "%2f", "/", "%5C", `\`, "%5c", `\`).Replace(path)
	default:
		if escapedSlash.MatchString(path) {
			return sent, fmt.Errorf("a path that is refused for its escaped slashes is not simulated")
		}
	}
	if http.GetNormalizePath().GetValue() {
		path = withoutDots(escaped.ReplaceAllStringFunc(strings.ReplaceAll(path, `\`, "/"), unreserved))
	}
	if http.GetMergeSlashes() {
		path = slashes.ReplaceAllString(path, "/")
	}
	if hasQuery {
		path += "?" + query
	}
	return path, nil
}

// unreserved is the letter that an escape of an unreserved one stands for, or the escape itself.
func unreserved(escape string) string {
	raw, err := hex.DecodeString(escape[1:])
	if err != nil || !strings.ContainsRune("-._~", rune(raw[0])) && !isAlphanumeric(raw[0]) {
		return escape
	}
	return string(raw)
}

func isAlphanumeric(letter byte) bool {
	return letter >= 'a' && letter <= 'z' || letter >= 'A' && letter <= 'Z' || letter >= '0' && letter <= '9'
}

// withoutDots leaves segments of dots out, and what they step over.
func withoutDots(path string) string {
	var kept []string
	segments := strings.Split(path, "/")
	for i, segment := range segments {
		last := i == len(segments)-1
		switch {
		case segment == "..":
			if len(kept) > 1 {
				kept = kept[:len(kept)-1]
			}
		case segment != ".":
			kept = append(kept, segment)
			continue
		}
		if last {
			kept = append(kept, "") // the folder itself
		}
	}
	return strings.Join(kept, "/")
}
