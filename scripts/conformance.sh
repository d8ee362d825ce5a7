#!/usr/bin/env bash
# The conformance lab's own tests, the examples, and the manifests that it must condemn. Wants Linux, root and Go; installs the rest.
set -euo pipefail
cd "$(dirname "$0")/../conformance"
./install.sh
unformatted=$(gofmt -l .)
if [ -n "$unformatted" ]; then echo "gofmt: $unformatted" >&2; exit 1; fi
go vet ./...
go test ./...
lab=$(mktemp -d)/conformance
go build -o "$lab" .
"$lab" run --examples ../examples
"$lab" broken
rm -r "$(dirname "$lab")"
