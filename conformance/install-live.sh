#!/bin/sh
# Builds what `conformance live` starts into .tools/live/ here: etcd, Kubernetes' API server and controllers, and istiod,
# which are the tools of go.mod; and the engines of Argo CD, Flux and kubectl, which are a module of their own in engines/.
# Does nothing that is done already.
set -eu
cd "$(dirname "$0")"

wanted=$(cat go.mod engines/go.mod engines/*.go install-live.sh | sha256sum)
[ "$(cat .tools/live-version 2>/dev/null)" != "$wanted" ] || exit 0

# an API server says the version that it is linked with, and is taken for an old one without
version=$(go list -m -f '{{.Version}}' k8s.io/kubernetes)
minor=${version#v1.}
says=k8s.io/component-base/version
mkdir -p .tools/live
go build -o .tools/live/ -ldflags "-s -w -X $says.gitVersion=$version -X $says.gitMajor=1 -X $says.gitMinor=${minor%%.*}" tool
mv .tools/live/server .tools/live/etcd
(cd engines && go build -o ../.tools/live/ -ldflags "-s -w" .)
echo "$wanted" > .tools/live-version
