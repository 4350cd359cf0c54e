#!/bin/sh
# Restores everything to a folder of its own, looks whether it is whole, compares it with what is live, and says what a
# loss of the disk would cost now. Nothing live is touched; a server may be at work. Ends with 1 when something must not
# be. The same variables as start.sh; without LITESTREAM_BIN the newest hourly copy is what is restored.
set -eu
umask 077
here=$(cd "$(dirname "$0")" && pwd)
exec "$("$here/node.sh")" "$here/restore-drill.ts"
