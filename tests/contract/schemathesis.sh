#!/usr/bin/env bash
# Attacks a running server with what its contract allows and forbids; ends with `N passed, N failed`.
#   tests/contract/schemathesis.sh [seconds] [seed]        default 200 and 1
# Needs Python 3.10 or newer; SCHEMATHESIS names the program when it is not on PATH.
set -euo pipefail
cd "$(dirname "$0")/../.."

command -v "${SCHEMATHESIS:-schemathesis}" >/dev/null || {
  echo "There is no schemathesis here: pip install 'schemathesis==4.32.*', or set SCHEMATHESIS." >&2
  exit 1
}

# Made-up repositories, pages and providers are asked for in a network that ends at this machine; and when the attack
# is over, however it ends, no process of it is left.
alone=(unshare --net --pid --fork --kill-child --mount-proc)
[ "$(id -u)" -eq 0 ] || alone+=(--user --map-root-user)
loopback='import fcntl, socket, struct; fcntl.ioctl(socket.socket(), 0x8914, struct.pack("16sh14x", b"lo", 0x41))'
PATH="$PWD/node_modules/.bin:$PATH" exec "${alone[@]}" sh -c \
  'python3 -c "$0" || exit 1; node tests/contract/attack.ts "$@"; exit $?' "$loopback" "$@"
