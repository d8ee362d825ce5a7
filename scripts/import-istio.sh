#!/usr/bin/env bash
# Makes imports/ again from the CRDs inside Istio's Go module at imports/ISTIO_VERSION.
# With a folder as argument it writes there instead, for comparison. Wants Go and npm packages installed.
set -euo pipefail
cd "$(dirname "$0")/.."
out=${1:-imports}
version=$(cat imports/ISTIO_VERSION)
command -v go >/dev/null || { echo "import-istio: go is not installed; it fetches Istio's module" >&2; exit 1; }

module=$(cd "$(mktemp -d)" && GOFLAGS=-mod=mod go mod download -json "istio.io/istio@$version" | node -p 'JSON.parse(require("fs").readFileSync(0)).Dir')
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# one CRD set, only the API versions that are emitted
node - "$module/manifests/charts/base/files/crd-all.gen.yaml" "$work/crds.yaml" <<'JS'
const { readFileSync, writeFileSync } = require('fs');
const { parseAllDocuments, stringify } = require(process.cwd() + '/node_modules/yaml');
const [, , from, to] = process.argv;
const groups = ['networking.istio.io', 'security.istio.io', 'telemetry.istio.io'];
const kept = parseAllDocuments(readFileSync(from, 'utf8'))
  .map(doc => doc.toJS())
  .filter(crd => crd && groups.includes(crd.spec.group))
  .map(crd => {
    const wanted = crd.spec.names.kind === 'EnvoyFilter' ? 'v1alpha3' : 'v1';
    crd.spec.versions = crd.spec.versions.filter(version => version.name === wanted);
    return crd;
  })
  .filter(crd => crd.spec.versions.length > 0);
writeFileSync(to, kept.map(crd => stringify(crd, { aliasDuplicateObjects: false })).join('---\n'));
JS

mkdir -p "$out"
npx --no-install cdk8s import "$work/crds.yaml" --output "$out" --language typescript --no-save
sha256=$(cd "$out" && sha256sum networking.istio.io.ts security.istio.io.ts telemetry.istio.io.ts)
printf '%s\n' "$sha256" > "$out/SHA256SUMS"
