#!/bin/sh
# Starts the server behind its replicator. The same variables as `npm start`, and:
#   TALKCODY_REPLICA_URL  s3://bucket/prefix?endpoint=…&region=… or file:///path; without it nothing is replicated
#   LITESTREAM_BIN        the replicator; by default `litestream` on PATH
# A stop (SIGTERM) is passed on, and ends with 0 after the last write is in the replica.
set -eu
umask 077
here=$(cd "$(dirname "$0")" && pwd)
say() { echo "start.sh: $*" >&2; }

# shellcheck source=deploy/volume.sh
. "$here/volume.sh"
if [ -z "${TALKCODY_REPLICA_URL:-}" ]; then
  say "TALKCODY_REPLICA_URL is not set, so nothing is replicated: whatever this disk loses is lost."
  exec "$here/serve.sh"
fi
# shellcheck source=deploy/replica.sh
. "$here/replica.sh"
"$here/restore.sh"

replicator=
# shellcheck disable=SC2317 # The traps call it.
pass_on() { [ -z "$replicator" ] || kill "-$1" "$replicator" 2>/dev/null || :; }
trap 'pass_on TERM' TERM
trap 'pass_on INT' INT
rm -f "$TALKCODY_DATA_DIR/server.pid"
"$LITESTREAM_BIN" replicate -config "$here/litestream.yml" -exec "'$here/serve.sh'" &
replicator=$!

# A signal ends `wait`, not the replicator.
status=0
while :; do
  wait "$replicator" && status=0 || status=$?
  kill -0 "$replicator" 2>/dev/null || break
done

# The replicator waits for the server. When it is gone first, what the server writes is in no replica any more.
server=$(cat "$TALKCODY_DATA_DIR/server.pid" 2>/dev/null || :)
if [ -n "$server" ] && kill -TERM "$server" 2>/dev/null; then
  say "The replicator ended ($status) and left the server alone; the server is stopped, so that both start again."
  while kill -0 "$server" 2>/dev/null; do sleep 1; done
  status=1
fi
rm -f "$TALKCODY_DATA_DIR/server.pid"

# A replicator that is stopped within its first second has not looked at the databases yet.
if [ "$status" = 0 ] && [ "$LITESTREAM_IS_OLD" = no ]; then
  "$LITESTREAM_BIN" replicate -config "$here/litestream.yml" -once || {
    say "The last writes did not reach the replica. They are on this disk, and go there with the next start."
    status=1
  }
fi
exit "$status"
