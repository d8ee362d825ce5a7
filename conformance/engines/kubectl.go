package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"k8s.io/cli-runtime/pkg/genericclioptions"
	"k8s.io/cli-runtime/pkg/genericiooptions"
	"k8s.io/kubectl/pkg/cmd"
	"k8s.io/kubectl/pkg/cmd/util"
	"sigs.k8s.io/yaml"
)

// kubectl applies and prunes with the line that is given to users, and deletes what that cannot reach.
func kubectl(_ context.Context, s state) error {
	if len(s.is) > 0 {
		args := []string{"apply", "-f", s.isPath, "--prune", "-l", "app.kubernetes.io/managed-by=cdk8s-istio-egress,app.kubernetes.io/part-of=" + s.is[0].GetLabels()["app.kubernetes.io/part-of"]}
		for _, kind := range []string{
			"networking.istio.io/v1/ServiceEntry", "networking.istio.io/v1/DestinationRule", "networking.istio.io/v1/Gateway", "networking.istio.io/v1/VirtualService",
			"networking.istio.io/v1/Sidecar", "networking.istio.io/v1alpha3/EnvoyFilter", "security.istio.io/v1/AuthorizationPolicy",
			"telemetry.istio.io/v1/Telemetry", "networking.k8s.io/v1/NetworkPolicy",
		} {
			args = append(args, "--prune-allowlist", kind)
		}
		if err := runKubectl(s, args...); err != nil {
			return err
		}
	}
	gone := s.gone()
	if len(gone) == 0 {
		return nil
	}
	var documents [][]byte
	for _, object := range gone {
		text, err := yaml.Marshal(object)
		if err != nil {
			return err
		}
		documents = append(documents, text)
	}
	file, err := os.CreateTemp("", "gone-*.yaml")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(file.Name()) }()
	if _, err := file.Write(bytes.Join(documents, []byte("---\n"))); err != nil {
		return err
	}
	if err := file.Close(); err != nil {
		return err
	}
	return runKubectl(s, "delete", "-f", file.Name(), "--ignore-not-found")
}

// runKubectl is kubectl in this process, which would end it with an error.
func runKubectl(s state, args ...string) (err error) {
	said := &bytes.Buffer{}
	defer func() {
		if fatal, ok := recover().(failure); ok {
			err = fmt.Errorf("kubectl %s: %w\n%s", strings.Join(args, " "), fatal.error, said)
		}
	}()
	util.BehaviorOnFatal(func(message string, _ int) { panic(failure{errors.New(message)}) })
	flags := genericclioptions.NewConfigFlags(true).WithDeprecatedPasswordFlag()
	command := cmd.NewKubectlCommand(cmd.KubectlOptions{
		ConfigFlags: flags, IOStreams: genericiooptions.IOStreams{In: strings.NewReader(""), Out: said, ErrOut: said},
	})
	command.SetArgs(append([]string{"--kubeconfig", s.kubeconfig}, args...))
	command.SetOut(said)
	command.SetErr(said)
	return command.Execute()
}

type failure struct{ error }
