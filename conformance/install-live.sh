#!/bin/sh
# Builds what `conformance live` starts into .tools/live/ here: etcd, Kubernetes' API server and controllers of
# kubernetes/go.mod, and istiod of go.mod. Does nothing that is done already.
set -eu
cd "$(dirname "$0")"

wanted=$(cat go.mod kubernetes/go.mod install-live.sh | sha256sum)
[ "$(cat .tools/live-version 2>/dev/null)" != "$wanted" ] || exit 0

# an API server says the version that it is linked with, and is taken for an old one without
version=$(cd kubernetes && go list -m -f '{{.Version}}' k8s.io/kubernetes)
minor=${version#v1.}
says=k8s.io/component-base/version
stamp="-s -w -X $says.gitVersion=$version -X $says.gitMajor=1 -X $says.gitMinor=${minor%%.*}"
cd kubernetes
go build -o ../.tools/live/etcd -ldflags "$stamp" go.etcd.io/etcd/server/v3
go build -o ../.tools/live/ -ldflags "$stamp" k8s.io/kubernetes/cmd/kube-apiserver k8s.io/kubernetes/cmd/kube-controller-manager
cd ..
go build -o .tools/live/ -ldflags "-s -w" istio.io/istio/pilot/cmd/pilot-discovery
echo "$wanted" > .tools/live-version
