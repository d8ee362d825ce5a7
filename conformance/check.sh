#!/bin/sh
# Everything that the lab checks, of itself and of the examples. CI=true forbids
# to leave the real proxies out.
set -eu
cd "$(dirname "$0")"

if [ "$(id -u)" = 0 ] && [ "$(uname)" = Linux ]; then ./install.sh; fi
unformatted=$(gofmt -l .)
[ -z "$unformatted" ] || { echo "gofmt: $unformatted" >&2; exit 1; }
go vet ./...
go run honnef.co/go/tools/cmd/staticcheck@v0.8.2 ./...
go test ./...
mkdir -p bin
go build -o bin/conformance .
bin/conformance broken
bin/conformance run --examples ../examples
