#!/bin/sh
# enter.sh NETWORK MECHANISM FOLDER COMMAND...: runs the command on a machine of its own, made of namespaces. Whatever an
# attack changes outside of FOLDER is gone with it.
#   NETWORK    closed: a network of its own, with sinks for everything that leaves; host: the network of this machine
#   MECHANISM  bubblewrap: as it is; util-linux: nobody finds a bubblewrap
#   FOLDER     what prepare.ts made
set -eu
here=$(dirname "$0")
namespaces="--mount --pid --fork --kill-child --propagation private"
[ "$1" = host ] || namespaces="$namespaces --net"
[ "$(id -u)" = 0 ] || namespaces="$namespaces --user --map-current-user --keep-caps"
# shellcheck disable=SC2086 # Each word is an option.
exec unshare $namespaces "$here/inside.sh" "$@"
