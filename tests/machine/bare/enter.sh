#!/bin/sh
# enter.sh ROOT COMMAND…: makes ROOT the root of this mount namespace, and runs the command there.
set -eu
root=$1
shift
mount --bind "$root" "$root"
mount --rbind /dev "$root/dev"
cd "$root"
mkdir -p .outside
pivot_root . .outside
mount -t proc proc /proc
umount --lazy /.outside
rmdir /.outside
exec "$@"
