package accept

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/yaml"

	networking "istio.io/api/networking/v1alpha3"
	security "istio.io/api/security/v1beta1"
	"istio.io/istio/pkg/config/analysis/analyzers"
	"istio.io/istio/pkg/config/analysis/diag"
	"istio.io/istio/pkg/config/analysis/local"

	"github.com/cdk8s-istio-egress/conformance/internal/manifests"
)

const labSource = "lab"

// Analyze runs istioctl analyze over the manifests beside objects that a cluster
// would hold too; what it says of the latter alone is left out.
func (v *Verdict) Analyze(set *manifests.Set, around []runtime.Object) error {
	analyzer := local.NewSourceAnalyzer(analyzers.AllCombined(), "", "istio-system", nil)
	own, err := stream(set)
	if err != nil {
		return err
	}
	rest, err := streamOf(around)
	if err != nil {
		return err
	}
	if err := analyzer.AddTestReaderKubeSource([]local.ReaderSource{
		{Name: "manifests", Reader: own}, {Name: labSource, Reader: rest},
	}); err != nil {
		return fmt.Errorf("istioctl analyze: %w", err)
	}
	stop := make(chan struct{})
	defer close(stop)
	result, err := analyzer.Analyze(stop)
	if err != nil {
		return fmt.Errorf("istioctl analyze: %w", err)
	}
	for _, message := range result.Messages {
		v.message(set, message)
	}
	return nil
}

func (v *Verdict) message(set *manifests.Set, message diag.Message) {
	if message.Resource != nil && message.Resource.Origin != nil && message.Resource.Origin.Reference() != nil &&
		strings.HasPrefix(message.Resource.Origin.Reference().String(), labSource) {
		return
	}
	text := "istioctl analyze: " + strings.Join(strings.Fields(message.String()), " ")
	if reason := noise(set, message); reason != "" {
		v.Noise = append(v.Noise, text+" — known noise: "+reason)
		return
	}
	if message.Type.Level().IsWorseThanOrEqualTo(diag.Error) {
		v.fail("%s", text)
	} else {
		v.warn("%s", text)
	}
}

// noise knows the messages that are wrong about what they say.
func noise(set *manifests.Set, message diag.Message) string {
	switch message.Type.Code() {
	case "IST0128", "IST0129":
		for _, rule := range manifests.Specs[*networking.DestinationRule](set) {
			tls := rule.Spec.GetTrafficPolicy().GetTls()
			named := message.Resource != nil && message.Resource.Metadata.FullName.Name.String() == rule.Name &&
				message.Resource.Metadata.FullName.Namespace.String() == rule.Namespace
			if named && tls.GetCredentialName() != "" {
				return "the CA comes with the credential " + tls.GetCredentialName() + ", which the analyzer does not read"
			}
		}
	case "IST0133":
		for _, policy := range manifests.Specs[*security.AuthorizationPolicy](set) {
			named := message.Resource != nil && message.Resource.Metadata.FullName.Name.String() == policy.Name &&
				message.Resource.Metadata.FullName.Namespace.String() == policy.Namespace
			if named && strings.Contains(message.String(), "deny all traffic to TCP ports") && boundToNames(policy.Spec) {
				return "every rule holds for names of connection.sni alone, whatever the port"
			}
		}
	case "IST0146":
		return "the lab's world has no injection webhook, its pods are born injected"
	}
	return ""
}

func boundToNames(policy *security.AuthorizationPolicy) bool {
	return !slices.ContainsFunc(policy.GetRules(), func(rule *security.Rule) bool {
		return !slices.ContainsFunc(rule.GetWhen(), func(condition *security.Condition) bool {
			return condition.GetKey() == "connection.sni" && len(condition.GetValues()) > 0
		})
	})
}

func stream(set *manifests.Set) (*bytes.Buffer, error) {
	out := &bytes.Buffer{}
	for _, object := range set.Objects {
		text, err := yaml.JSONToYAML(object.JSON)
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(out, "---\n%s", text)
	}
	return out, nil
}

func streamOf(objects []runtime.Object) (*bytes.Buffer, error) {
	out := &bytes.Buffer{}
	for _, object := range objects {
		text, err := yaml.Marshal(object)
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(out, "---\n%s", text)
	}
	return out, nil
}
