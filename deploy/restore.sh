#!/bin/sh
# Brings back each database that is missing here and stands in the replica. A database takes its place only when all are
# whole, and after the mark that tells the server: a kill in between leaves nothing that passes for a restored database.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
cd "$TALKCODY_DATA_DIR"
say() { echo "restore.sh: $*" >&2; }

set --
for name in chat_history agents settings; do
  rm -rf "$name.db.restoring"*
  [ ! -e "$name.db" ] || continue
  "$LITESTREAM_BIN" restore -config "$here/litestream.yml" -if-replica-exists -o "$name.db.restoring" \
    "$TALKCODY_DATA_DIR/$name.db" || {
    say "$name.db could not be restored; nothing is started, so that no empty one takes its place."
    exit 1
  }
  [ ! -e "$name.db.restoring" ] || set -- "$@" "$name"
done
[ $# -gt 0 ] || exit 0

"$("$here/node.sh")" "$here/check-databases.ts" ./*.db.restoring || {
  say "The replica is damaged; nothing is started. docs/guides/deploy-to-fly.md says how to go further back."
  exit 1
}
printf '%s\n' "$@" >>restored
[ -z "${TALKCODY_SERVER_USER:-}" ] || chown "$TALKCODY_SERVER_USER:" restored ./*.db.restoring
for name; do
  rm -rf "$name.db-wal" "$name.db-shm" ".$name.db-litestream" # Of a file that is no more.
  mv "$name.db.restoring" "$name.db"
  say "$name.db was restored."
done
