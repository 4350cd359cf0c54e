# shellcheck shell=sh
# shellcheck disable=SC2154 # start.sh says where it is.
# Sourced by start.sh: says in variables, for litestream.yml, where the replica is; and finds the replicator.

wrong_url() {
  say "TALKCODY_REPLICA_URL should be s3://bucket/prefix?endpoint=…&region=… or file:///path; $1."
  exit 1
}

# The value of one name in the query; nothing when it is not there.
asked() { printf %s "$query" | tr '&' '\n' | sed -n "s/^$1=//p" | sed 's/%3[Aa]/:/g; s/%2[Ff]/\//g'; }

case $TALKCODY_REPLICA_URL in
*[!A-Za-z0-9:/?\&=._~%+-]*) wrong_url "it has a character that does not belong into one" ;;
*%40*) wrong_url "it has a user name or password in it" ;;
esac
place=${TALKCODY_REPLICA_URL%%\?*}
query=${TALKCODY_REPLICA_URL#"$place"}
query=${query#\?}
case $place in
*%*) wrong_url "its path should need no percent signs" ;;
file:///?*)
  REPLICA_TYPE=file REPLICA_BUCKET='' REPLICA_PATH=${place#file://}
  ;;
s3://[!/]*)
  REPLICA_TYPE=s3 REPLICA_BUCKET=${place#s3://}
  REPLICA_PATH=${REPLICA_BUCKET#"${REPLICA_BUCKET%%/*}"}
  REPLICA_PATH=${REPLICA_PATH#/}
  REPLICA_BUCKET=${REPLICA_BUCKET%%/*}
  ;;
*) wrong_url "it begins otherwise" ;;
esac
REPLICA_PATH=${REPLICA_PATH%/}

REPLICA_ENDPOINT=$(asked endpoint)
REPLICA_REGION=$(asked region)
REPLICA_PATH_STYLE=$(asked forcePathStyle)
case $REPLICA_ENDPOINT in
'' | http://* | https://*) ;;
*) REPLICA_ENDPOINT=https://$REPLICA_ENDPOINT ;;
esac
[ -n "$REPLICA_REGION" ] || REPLICA_REGION=us-east-1
[ -n "$REPLICA_PATH_STYLE" ] || case $REPLICA_ENDPOINT in '') REPLICA_PATH_STYLE=false ;; *) REPLICA_PATH_STYLE=true ;; esac
export REPLICA_TYPE REPLICA_BUCKET REPLICA_PATH REPLICA_ENDPOINT REPLICA_REGION REPLICA_PATH_STYLE

LITESTREAM_BIN=${LITESTREAM_BIN:-litestream}
# The server and its drills look for no program in PATH, which commands might change: they get the absolute path.
found=$(command -v "$LITESTREAM_BIN") && LITESTREAM_BIN=$found
export LITESTREAM_BIN
version=$("$LITESTREAM_BIN" version 2>/dev/null) || {
  say "TALKCODY_REPLICA_URL is set, but $LITESTREAM_BIN does not run: install Litestream 0.5.17, or set LITESTREAM_BIN."
  exit 1
}
export LITESTREAM_IS_OLD=no
case $version in
v0.[34].* | 0.[34].*)
  LITESTREAM_IS_OLD=yes
  say "Litestream $version may damage databases and miss the last second; take 0.5.17 for what you want to keep."
  ;;
esac

# Where the replicator tells how it does; on loopback, at a port that is free now.
node=$("$here/node.sh")
port=$("$node" -e 'const s = net.createServer().listen(0, "127.0.0.1", () => s.close(console.log(s.address().port)))')
export REPLICATOR_ADDRESS="127.0.0.1:$port"
[ "$LITESTREAM_IS_OLD" = yes ] || export TALKCODY_REPLICATOR_METRICS_URL="http://$REPLICATOR_ADDRESS/metrics"
