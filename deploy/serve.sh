#!/bin/sh
# The server, without the keys of the bucket: it needs them for nothing, and what runs for it must not find them.
set -eu
umask 077
here=$(cd "$(dirname "$0")" && pwd)
exec 9>&- # The lock is the replicator's.
echo $$ >"$TALKCODY_DATA_DIR/server.pid"
cd "$here/.."
exec env -u LITESTREAM_ACCESS_KEY_ID -u LITESTREAM_SECRET_ACCESS_KEY \
  -u AWS_ACCESS_KEY_ID -u AWS_SECRET_ACCESS_KEY -u AWS_SESSION_TOKEN -u AWS_PROFILE \
  "$("$here/node.sh")" --max-semi-space-size=8 start.mjs
