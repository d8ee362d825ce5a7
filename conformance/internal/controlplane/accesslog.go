package controlplane

import (
	"encoding/json"
)

// Entry is one line of a proxy's access log; Envoy prints "-" or null for what is not there.
type Entry struct {
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
	FilterChain       string `json:"filter_chain"`
	Sent              string `json:"sent"`
	Received          string `json:"received"`
}

// AccessLogFormat is the mesh's access log, in the words of Entry.
var AccessLogFormat = func() string {
	raw, err := json.Marshal(Entry{
		Remote: "%DOWNSTREAM_REMOTE_ADDRESS%", Local: "%DOWNSTREAM_LOCAL_ADDRESS%",
		SNI: "%REQUESTED_SERVER_NAME%", Peer: "%DOWNSTREAM_PEER_URI_SAN%",
		Cluster: "%UPSTREAM_CLUSTER_RAW%", UpstreamHost: "%UPSTREAM_HOST%", UpstreamLocal: "%UPSTREAM_LOCAL_ADDRESS%",
		UpstreamFailure: "%UPSTREAM_TRANSPORT_FAILURE_REASON%", DownstreamFailure: "%DOWNSTREAM_TRANSPORT_FAILURE_REASON%",
		Flags: "%RESPONSE_FLAGS%", Details: "%CONNECTION_TERMINATION_DETAILS%", ResponseDetails: "%RESPONSE_CODE_DETAILS%",
		Code: "code %RESPONSE_CODE%", FilterChain: "%FILTER_CHAIN_NAME%", Sent: "bytes %BYTES_SENT%", Received: "bytes %BYTES_RECEIVED%",
	})
	if err != nil {
		panic(err)
	}
	return string(raw)
}()

// ParseEntry reads one line.
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
