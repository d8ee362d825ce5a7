#!/usr/bin/env bash
# Every test of the project. What cannot run on this machine says so and why; with CI=true it fails instead.
set -euo pipefail
cd "$(dirname "$0")/.."
export ESLINT_USE_FLAT_CONFIG=false

skipped=0
step() { printf '\n== %s\n' "$1"; }
cannot() {
  printf '\nNOT TESTED: %s\n            %s\n' "$1" "$2" >&2
  if [ "${CI:-}" = true ]; then echo '            with CI=true that is a failure' >&2; exit 1; fi
  skipped=$((skipped + 1))
}

step 'lint and types'
npx eslint --ext .ts src test examples scripts .projenrc.ts
for project in test examples scripts projenrc; do npx tsc --noEmit -p "$project"; done

step 'compile with jsii'
npx jsii --silence-warnings=reserved-word --silence-warnings=member-name-conflicts-with-type-name
cp API.md "${TMPDIR:-/tmp}/API.md.$$"
npx projen docgen
if ! cmp -s API.md "${TMPDIR:-/tmp}/API.md.$$"; then echo 'API.md was not up to date: commit the one that is written now' >&2; exit 1; fi
rm "${TMPDIR:-/tmp}/API.md.$$"

step 'the packed library in empty apps'
scripts/pack-test.sh

step 'the same app in Python, Java and Go'
scripts/languages-test.sh | tee "${TMPDIR:-/tmp}/languages.$$"
while IFS= read -r line; do cannot "the library in ${line#CANNOT }" 'install that'; done < <(grep '^CANNOT' "${TMPDIR:-/tmp}/languages.$$" || true)
rm "${TMPDIR:-/tmp}/languages.$$"

step 'the generated types, made again'
if command -v go >/dev/null; then
  again=$(mktemp -d)
  scripts/import-istio.sh "$again" >/dev/null
  for file in "$again"/*; do cmp "$file" "imports/$(basename "$file")"; done
  rm -r "$again"
else
  cannot 'whether imports/ is what Istio'"'"'s CRDs give' 'Go fetches Istio'"'"'s module: install Go'
fi

step 'the conformance lab: Istio'"'"'s control plane and real Envoys'
if ! command -v go >/dev/null; then
  cannot 'whether the traffic goes the way the examples say' 'the lab is written in Go: install the version in conformance/go.mod'
elif [ "$(uname -s)" != Linux ] || [ "$(id -u)" != 0 ]; then
  cannot 'whether the traffic goes the way the examples say' 'the lab makes network namespaces: run as root on Linux'
else
  conformance/check.sh
  # what a cluster would say of each folder that an example writes; OpenShift alone has what examples/partner holds
  rm -rf examples/dist
  npx projen example >/dev/null
  conformance/bin/conformance accept examples/dist/*/
  conformance/bin/conformance accept -foreign examples/partner
  npx projen fuzz --judge conformance/bin/conformance --runs 500 --effect
fi

step 'jest'
report=$(mktemp)
status=0
npx jest --json --outputFile="$report" || status=$?
node -p "const r = JSON.parse(require('fs').readFileSync('$report')); \`\${r.numPassedTests} passed, \${r.numFailedTests} failed, \${r.numPendingTests + $skipped} skipped\`"
rm "$report"
exit "$status"
