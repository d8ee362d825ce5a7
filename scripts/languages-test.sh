#!/usr/bin/env bash
# Packs the library for Python, Java and Go, and runs the same app in each: it must write what TypeScript writes.
# Prints "CANNOT <language>: <why>" for what this machine has not got the tools of.
set -euo pipefail
cd "$(dirname "$0")/.."
apps=$PWD/examples/languages
golden=$PWD/examples/tls-gateway-mutual-tls.k8s.yaml
work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
export JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION=1

pack() { npx jsii-pacmak --target "$1" ${2:+"$2"} --outdir "$work" . > "$work/log" 2>&1 || { cat "$work/log" >&2; exit 1; }; }
run() { # language, command...
  local language=$1
  shift
  "$@" > "$work/log" 2>&1 || { echo "FAILED: the $language app" >&2; cat "$work/log" >&2; exit 1; }
  diff dist/bookinfo.k8s.yaml "$golden"
  echo "ok: $language app"
}

if python3 -c 'import venv' 2>/dev/null; then
  pack python
  mkdir "$work/py" && cd "$work/py"
  python3 -m venv .venv
  .venv/bin/python -m pip install --quiet --disable-pip-version-check "$work"/python/*.whl
  run Python .venv/bin/python "$apps/app.py"
  cd - >/dev/null
else
  echo 'CANNOT Python: it needs python3 with venv'
fi

if command -v mvn >/dev/null; then
  pack java --code-only
  cp "$apps/App.java" "$work/java/src/main/java/"
  cd "$work/java"
  run Java mvn -q -B compile exec:java -Dexec.mainClass=App
  cd - >/dev/null
else
  echo 'CANNOT Java: it needs Maven'
fi

if ! command -v go >/dev/null; then
  echo 'CANNOT Go: it needs Go'
else
  pack go --code-only
  mkdir "$work/app" && cd "$work/app"
  module=github.com/cdk8s-istio-egress/cdk8s-istio-egress-go/cdk8sistioegress
  printf 'module app\n\ngo 1.25\n\nrequire %s v0.0.0\n\nreplace %s => ../go/cdk8sistioegress\n' "$module" "$module" > go.mod
  cp "$apps/main.go" .
  if go mod tidy > "$work/log" 2>&1; then
    run Go go run .
  elif grep -q 'This module version is not available' "$work/log"; then
    echo 'NOT TESTED: the Go app; the module proxy has not the versions of cdk8s and constructs that the library asks for' >&2
  else
    cat "$work/log" >&2
    exit 1
  fi
fi
