#!/bin/sh
# The server. The keys of the bucket do not stand in its environment, where what runs for it might find them: it reads
# them from a pipe, once, for the copies that it makes itself.
set -eu
umask 077
here=$(cd "$(dirname "$0")" && pwd)
exec 9>&- # The lock is the replicator's.
if [ -n "${TALKCODY_REPLICA_URL:-}" ]; then
  export TALKCODY_REPLICA_KEYS_DESCRIPTOR=8
  exec 8<<KEYS
${LITESTREAM_ACCESS_KEY_ID:-${AWS_ACCESS_KEY_ID:-}}
${LITESTREAM_SECRET_ACCESS_KEY:-${AWS_SECRET_ACCESS_KEY:-}}
${AWS_SESSION_TOKEN:-}
KEYS
fi
echo $$ >"$TALKCODY_DATA_DIR/server.pid"
cd "$here/.."
if [ -n "${FLY_APP_NAME:-}" ]; then
  export TALKCODY_ALLOWED_HOSTS="${TALKCODY_ALLOWED_HOSTS:+$TALKCODY_ALLOWED_HOSTS,}$FLY_APP_NAME.fly.dev"
  # The proxy of Fly ends TLS and says who asks.
  export TALKCODY_PROXY_ADDRESS_HEADER="${TALKCODY_PROXY_ADDRESS_HEADER:-Fly-Client-IP}"
fi
set -- env -u LITESTREAM_ACCESS_KEY_ID -u LITESTREAM_SECRET_ACCESS_KEY \
  -u AWS_ACCESS_KEY_ID -u AWS_SECRET_ACCESS_KEY -u AWS_SESSION_TOKEN -u AWS_PROFILE \
  "$("$here/node.sh")" --max-semi-space-size=8 app/start.mjs
user=${TALKCODY_SERVER_USER:-}
[ -z "$user" ] || set -- setpriv --reuid "$user" --regid "$user" --init-groups --inh-caps=-all "$@"
exec "$@"
