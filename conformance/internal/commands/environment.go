package commands

import (
	"os"
	"syscall"
)

// labEnvironment makes Istio's control plane emit only what upstream Envoy has.
// Its packages read these when they initialise, before main.
var labEnvironment = map[string]string{
	"PILOT_ENABLE_ALPN_FILTER":       "false",
	"PILOT_ENABLE_METADATA_EXCHANGE": "false",
	"PILOT_DISABLE_MX_ALPN":          "true",
	"PILOT_ENABLE_AMBIENT":           "false",
	"XDS_AUTH_PLAINTEXT":             "true",
	"TARGET_OUT":                     os.TempDir(),
	"LOCAL_OUT":                      os.TempDir(),
	"CONFORMANCE_ENVIRONMENT_IS_SET": "yes",
}

// becomeLab starts this program again with the lab's environment.
func becomeLab() error {
	if os.Getenv("CONFORMANCE_ENVIRONMENT_IS_SET") != "" {
		return nil
	}
	for key, value := range labEnvironment {
		if err := os.Setenv(key, value); err != nil {
			return err
		}
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	return syscall.Exec(self, os.Args, os.Environ())
}
