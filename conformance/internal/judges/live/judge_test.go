package live

import (
	"testing"

	"github.com/cdk8s-istio-egress/conformance/internal/controlplane"
)

func TestReasonsInAccessLogs(t *testing.T) {
	for _, row := range []struct {
		name, line, want string
	}{
		{"black hole", `{"cluster":"BlackHoleCluster","flags":"UH"}`, "blackhole"},
		{"block_all", `{"code":"code 502","response_details":"direct_response"}`, "blackhole"},
		{"policy on TCP", `{"details":"rbac_access_denied_matched_policy[ns[a]-policy[b]-rule[0]]"}`, "denied"},
		{"policy on HTTP", `{"code":"code 403","response_details":"rbac_access_denied_matched_policy[x]"}`, "denied"},
		{"route that forbids", `{"code":"code 403","response_details":"direct_response","flags":"-"}`, "denied"},
		{"route that forbids gRPC", `{"code":"code 200","grpc":"PermissionDenied","response_details":"direct_response","flags":"-"}`, "denied"},
		{"route that answers otherwise", `{"code":"code 404","response_details":"direct_response","flags":"-"}`, "http-status"},
		{"a server's 403", `{"code":"code 403","response_details":"via_upstream","flags":"-"}`, "http-status"},
		{"unknown SNI", `{"flags":"NR","response_details":"filter_chain_not_found"}`, "no-filter-chain"},
		{"plaintext", `{"flags":"NR","response_details":"filter_chain_not_found","downstream_failure":"TLS_error|error:100000f7:SSL_routines:OPENSSL_internal:WRONG_VERSION_NUMBER:TLS_error_end"}`, "not-tls"},
		{"no client certificate", `{"downstream_failure":"TLS_error:|268435648:SSL_routines:OPENSSL_internal:PEER_DID_NOT_RETURN_A_CERTIFICATE:TLS_error_end"}`, "untrusted-client"},
		{"wrong server name", `{"flags":"UF,URX","upstream_failure":"TLS_error:|268435581:SSL_routines:OPENSSL_internal:CERTIFICATE_VERIFY_FAILED:verify_cert_failed:_verify_SAN_list:TLS_error_end"}`, "untrusted-server"},
		{"missing cluster", `{"flags":"NC","downstream_failure":"TLS_error:|268435589:SSL_routines:OPENSSL_internal:CONNECTION_REJECTED:TLS_error_end"}`, "no-upstream"},
		{"nobody answers", `{"flags":"UF,URX","upstream_failure":"delayed_connect_error:_Connection_refused"}`, "no-upstream"},
		{"the next hop's alert explains nothing", `{"upstream_failure":"TLS_error:|268436496:SSL_routines:OPENSSL_internal:SSLV3_ALERT_CERTIFICATE_UNKNOWN:TLS_error_end"}`, ""},
		{"an answer of the proxy's own", `{"code":"code 404","flags":"NR"}`, "http-status"},
		{"nothing wrong", `{"code":"code 0","flags":"-"}`, ""},
	} {
		entry, err := controlplane.ParseEntry([]byte(row.line))
		if err != nil {
			t.Fatal(err)
		}
		if got := byEntry(link{entry: entry}); got != row.want {
			t.Errorf("%s: want %q, got %q", row.name, row.want, got)
		}
	}
}

func TestLimitsInAccessLogs(t *testing.T) {
	for flags, want := range map[string]string{"UT": "timeout", "URX,UT": "timeout", "UO": "overflow", "UF,URX": "", "-": ""} {
		if got := byLimit(link{entry: controlplane.Entry{Flags: flags}}); got != want {
			t.Errorf("%s: want %q, got %q", flags, want, got)
		}
	}
}
