#!/usr/bin/env bash
# npm run test:bare: runs the README's test command on a Debian that has git, npm and an old Node, and nothing else.
# Needs root, mmdebstrap and the registries of Debian and npm. BARE_SUITE is the release; its Node has to be an old one.
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
repository="$here/../../.."
suite="${BARE_SUITE:-bookworm}"

stop() { echo "npm run test:bare: $*" >&2; exit 1; }
[ "$(id -u)" = 0 ] || stop "it makes a root file system, which only root may: run it as root."
command -v mmdebstrap >/dev/null || stop "it needs mmdebstrap: apt-get install mmdebstrap."
command="$(grep -m 1 -o '^npm ci && npm test' "$repository/README.md")" || stop "the README names no test command."

bare="$(mktemp -d)"
trap 'rm -rf --one-file-system "$bare"' EXIT
mmdebstrap --quiet --variant=minbase --include=git,ca-certificates,nodejs,npm "$suite" "$bare"
git clone --quiet --no-local "$repository" "$bare/opt/talkcody"

# How this machine reaches the registries: names, proxies and certificates are its own, and in no file of the repository.
cp --dereference /etc/hosts /etc/resolv.conf "$bare/etc/"
[ ! -f /etc/ssl/certs/ca-certificates.crt ] || cp --dereference /etc/ssl/certs/ca-certificates.crt "$bare/etc/ssl/certs/"
environment=(
  PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8
  NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt
  "npm_config_cafile=/etc/ssl/certs/ca-certificates.crt"
  "npm_config_registry=$(npm config get registry)"
)
for name in http_proxy https_proxy no_proxy HTTP_PROXY HTTPS_PROXY NO_PROXY; do
  [ -z "${!name:-}" ] || environment+=("$name=${!name}")
done

# Processes of its own, and the bare root in the place of this one: in a mere chroot no command can be isolated.
unshare --mount --pid --fork --kill-child --propagation private \
  "$here/enter.sh" "$bare" env --ignore-environment "${environment[@]}" \
  sh -c "cd /opt/talkcody && echo \"Node \$(node --version), npm \$(npm --version): $command\" && $command"
