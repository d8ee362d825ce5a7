package controlplane

import (
	"encoding/json"

	telemetry "istio.io/api/telemetry/v1alpha1"
	"istio.io/istio/pkg/config"
)

// Entry is one line of the lab's access log of a proxy; Envoy prints "-" or null for what is not there.
type Entry struct {
	// Lab is set in the lab's lines, and tells them from those of other logs in the same file.
	Lab               string `json:"lab"`
	Remote            string `json:"remote"`
	Local             string `json:"local"`
	SNI               string `json:"sni"`
	Peer              string `json:"peer"`
	Cluster           string `json:"cluster"`
	UpstreamHost      string `json:"upstream_host"`
	UpstreamLocal     string `json:"upstream_local"`
	UpstreamFailure   string `json:"upstream_failure"`
	DownstreamFailure string `json:"downstream_failure"`
	Flags             string `json:"flags"`
	Details           string `json:"details"`
	ResponseDetails   string `json:"response_details"`
	Code              string `json:"code"`
	GRPC              string `json:"grpc"`
	FilterChain       string `json:"filter_chain"`
	Sent              string `json:"sent"`
	Received          string `json:"received"`
}

// AccessLogFormat is the mesh's access log, in the words of Entry.
var AccessLogFormat = func() string {
	raw, err := json.Marshal(Entry{
		Lab:    "conformance",
		Remote: "%DOWNSTREAM_REMOTE_ADDRESS%", Local: "%DOWNSTREAM_LOCAL_ADDRESS%",
		SNI: "%REQUESTED_SERVER_NAME%", Peer: "%DOWNSTREAM_PEER_URI_SAN%",
		Cluster: "%UPSTREAM_CLUSTER_RAW%", UpstreamHost: "%UPSTREAM_HOST%", UpstreamLocal: "%UPSTREAM_LOCAL_ADDRESS%",
		UpstreamFailure: "%UPSTREAM_TRANSPORT_FAILURE_REASON%", DownstreamFailure: "%DOWNSTREAM_TRANSPORT_FAILURE_REASON%",
		Flags: "%RESPONSE_FLAGS%", Details: "%CONNECTION_TERMINATION_DETAILS%", ResponseDetails: "%RESPONSE_CODE_DETAILS%",
		Code: "code %RESPONSE_CODE%", GRPC: "%GRPC_STATUS%", FilterChain: "%FILTER_CHAIN_NAME%", Sent: "bytes %BYTES_SENT%", Received: "bytes %BYTES_RECEIVED%",
	})
	if err != nil {
		panic(err)
	}
	return string(raw)
}()

// withLabLog adds the lab's log to every Telemetry that says who logs: Istio leaves the mesh's own log out there.
func withLabLog(configs []config.Config) []config.Config {
	var out []config.Config
	for _, one := range configs {
		if spec, ok := one.Spec.(*telemetry.Telemetry); ok && len(spec.AccessLogging) > 0 {
			one = one.DeepCopy()
			spec = one.Spec.(*telemetry.Telemetry)
			spec.AccessLogging = append(spec.AccessLogging, &telemetry.AccessLogging{Providers: []*telemetry.ProviderRef{{Name: "envoy"}}})
		}
		out = append(out, one)
	}
	return out
}

// ParseEntry reads one line of the lab's log.
func ParseEntry(line []byte) (Entry, error) {
	var fields map[string]any
	entry := Entry{}
	if err := json.Unmarshal(line, &fields); err != nil {
		return entry, err
	}
	for key, value := range fields {
		if text, ok := value.(string); !ok || text == "-" {
			delete(fields, key)
		}
	}
	raw, err := json.Marshal(fields)
	if err != nil {
		return entry, err
	}
	return entry, json.Unmarshal(raw, &entry)
}
