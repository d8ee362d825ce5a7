#!/usr/bin/env bash
# Installs the packed library in empty cdk8s apps, as a newcomer would, and synthesizes them with cdk8s-cli: TypeScript and plain JavaScript.
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
version() { node -p "require('$root/node_modules/$1/package.json').version"; }

tarball=$work/$(npm pack --silent --pack-destination "$work")
for unwanted in package/src/ package/test/ package/examples/ package/imports/; do
  if tar -tzf "$tarball" | grep -q "^$unwanted"; then echo "the package holds $unwanted" >&2; exit 1; fi
done

app() { # folder, command that runs the app
  mkdir "$work/$1"
  cd "$work/$1"
  printf '{ "name": "app", "private": true }\n' > package.json
  printf 'language: typescript\napp: %s\n' "$2" > cdk8s.yaml
  npm install --silent --no-save "cdk8s@$(version cdk8s)" "constructs@$(version constructs)" "cdk8s-cli@$(version cdk8s-cli)" \
    "typescript@$(version typescript)" "ts-node@$(version ts-node)" "@types/node@$(version @types/node)" "$tarball"
}
say() { # what, expected status, command...
  local what=$1 expected=$2 status=0
  shift 2
  "$@" > out.log 2>&1 || status=$?
  if [ "$status" -ne "$expected" ]; then echo "FAILED: $what (exit $status)" >&2; cat out.log >&2; exit 1; fi
  echo "ok: $what"
}

app typescript 'npx ts-node main.ts'
printf '{ "compilerOptions": { "module": "commonjs", "target": "es2022", "strict": true, "types": ["node"] } }\n' > tsconfig.json
cp "$root/examples/tls-gateway-mutual-tls.ts" main.ts
say 'TypeScript app' 0 npx cdk8s synth
diff dist/bookinfo.k8s.yaml "$root/examples/tls-gateway-mutual-tls.k8s.yaml"
say 'TypeScript app again, with no type of the library left out' 0 npx tsc --noEmit -p .

rm -r dist
sed -i "s/port: 27018/port: 0/; s/ports: \[27018, 27019\]/port: 0/" main.ts
say 'TypeScript app with a wrong port is refused' 1 npx cdk8s synth
grep -q '\[bookinfo/mongo\] invalid-port: port is 0' out.log
[ ! -e dist ] || [ -z "$(ls dist)" ] || { echo 'something was written' >&2; exit 1; }

app javascript 'node main.js'
sed "s/import \(.*\) from \(.*\);/const \1 = require(\2);/; s/^export //" "$root/examples/tcp-gateway-plaintext.ts" > main.js
say 'JavaScript app' 0 npx cdk8s synth
diff dist/bookinfo.k8s.yaml "$root/examples/tcp-gateway-plaintext.k8s.yaml"

rm -r dist
sed -i 's/addresses:/adresses:/' main.js
say 'JavaScript app with a misspelt prop is refused' 1 npx cdk8s synth
grep -q 'unknown-prop: "adresses" is no prop of TcpEgress; did you mean "addresses"?' out.log
