//go:build !istio130

package accept

import "istio.io/istio/pkg/config/crd"

func validatorOf(files ...string) (*crd.Validator, error) {
	return crd.NewValidatorFromFilesWithOptions(files, crd.WithoutCRDValidation())
}
