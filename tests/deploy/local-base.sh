#!/bin/sh
# Makes what deploy/Dockerfile starts from, without a registry of images: Debian by debootstrap, the Node of this
# checkout, the npm of this host, and the Litestream that LITESTREAM_BIN names. Usage: local-base.sh FOLDER
set -eu
folder=$1
root=$(cd "$(dirname "$0")/../.." && pwd)
podman() { command podman --storage-driver overlay --runtime runc "$@"; }

[ -e "$folder/base/usr/bin/apt-get" ] || debootstrap --variant=minbase bookworm "$folder/base" >/dev/null
npm=$(cd "$(dirname "$(readlink -f "$(command -v npm)")")/.." && pwd)
mkdir -p "$folder/base/usr/local/lib/node_modules" "$folder/litestream/usr/local/bin"
cp -L "$root/node_modules/node/bin/node" "$folder/base/usr/local/bin/node"
rm -rf "$folder/base/usr/local/lib/node_modules/npm"
cp -a "$npm" "$folder/base/usr/local/lib/node_modules/npm"
ln -sf ../lib/node_modules/npm/bin/npm-cli.js "$folder/base/usr/local/bin/npm"
cp -L "$LITESTREAM_BIN" "$folder/litestream/usr/local/bin/litestream"

# A host behind a proxy has certificates of its own.
certificates=${NODE_EXTRA_CA_CERTS:-/etc/ssl/certs/ca-certificates.crt}
cp -L "$certificates" "$folder/base/usr/local/share/host-certificates.pem"
tar -C "$folder/base" --exclude ./var/cache/apt/archives/\*.deb --exclude ./var/lib/apt/lists/\* -c . |
  podman import --change "ENV NODE_EXTRA_CA_CERTS=/usr/local/share/host-certificates.pem" \
    - docker.io/library/node:24-slim >/dev/null
tar -C "$folder/litestream" -c . | podman import - docker.io/litestream/litestream:0.5.17 >/dev/null
