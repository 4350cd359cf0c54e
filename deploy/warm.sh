#!/bin/sh
# Starts the server once in a folder of its own, asks it one thing, and stops it: what it loads is then compiled and kept.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
TALKCODY_DATA_DIR=$(mktemp -d)
export TALKCODY_DATA_DIR PORT=18080 TALKCODY_API_KEY=only-for-this-one-start
"$here/serve.sh" &
tries=0
until "$("$here/node.sh")" -e 'fetch("http://127.0.0.1:18080/v1/server", { headers: { "x-api-key": process.env.TALKCODY_API_KEY } })
  .then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))'; do
  tries=$((tries + 1))
  [ "$tries" -lt 50 ] || exit 1
  sleep 0.2
done
kill -TERM $!
wait $!
rm -rf "$TALKCODY_DATA_DIR"
