#!/usr/bin/env bash
# Attacks a running server with what its contract allows and forbids; ends with `N passed, N failed`.
#   tests/contract/schemathesis.sh [seconds]        default 240
# Needs Python 3.10 or newer; SCHEMATHESIS names the program when it is not on PATH.
set -euo pipefail
cd "$(dirname "$0")/../.."

seconds="${1:-240}"
schemathesis="${SCHEMATHESIS:-schemathesis}"
work="$(mktemp -d)"
server=""

stop() {
  [ -z "$server" ] || { kill "$server" 2>/dev/null && wait "$server" 2>/dev/null; } || true
  rm -rf "$work"
}
trap stop EXIT

command -v "$schemathesis" >/dev/null || {
  echo "There is no schemathesis here: pip install 'schemathesis==4.32.*', or set SCHEMATHESIS." >&2
  exit 1
}

export TALKCODY_DATA_DIR="$work/data" PORT=0
TALKCODY_API_KEY="$(od -An -N32 -tx1 /dev/urandom | tr -d ' \n')"
export TALKCODY_API_KEY
mkdir -p "$TALKCODY_DATA_DIR"
# Made-up repositories and pages must not be asked for anywhere: nothing leaves this machine.
export GIT_ALLOW_PROTOCOL=file HTTP_PROXY=http://127.0.0.1:9 HTTPS_PROXY=http://127.0.0.1:9 NO_PROXY=127.0.0.1,localhost
export http_proxy="$HTTP_PROXY" https_proxy="$HTTPS_PROXY" no_proxy="$NO_PROXY"
PATH="$PWD/node_modules/.bin:$PATH" node start.ts >"$work/server.log" 2>&1 &
server=$!

for _ in $(seq 100); do
  [ -s "$TALKCODY_DATA_DIR/server.json" ] && break
  kill -0 "$server" 2>/dev/null || break
  sleep 0.1
done
[ -s "$TALKCODY_DATA_DIR/server.json" ] || {
  echo "The server did not start:" >&2
  cat "$work/server.log" >&2
  echo "0 passed, 1 failed"
  exit 1
}
url="$(sed -nE 's/.*"url": *"([^"]+)".*/\1/p' "$TALKCODY_DATA_DIR/server.json")"

# Streams without an end and WebSockets are no request and answer; tests/handlers and tests/journeys cover them.
status=0
timeout $((seconds + 120)) "$schemathesis" run packages/shared/src/contract.gen.json --url "$url" \
  --header "X-API-Key: $TALKCODY_API_KEY" \
  --exclude-operation-id streamSessionEvents --exclude-operation-id openWebSocket \
  --checks all --workers 2 --max-time "$seconds" --max-examples 50 --request-timeout 10 \
  --seed 1 --generation-database none --no-color \
  --report junit --report-junit-path "$work/report.xml" || status=$?

kill -0 "$server" 2>/dev/null || {
  echo "The server died:" >&2
  tail -n 40 "$work/server.log" >&2
  status=1
}

python3 - "$work/report.xml" "$status" <<'PYTHON'
import os, sys, xml.etree.ElementTree as tree

report, status = sys.argv[1], int(sys.argv[2])
cases = list(tree.parse(report).iter("testcase")) if os.path.exists(report) else []
failed = sum(1 for case in cases if case.find("failure") is not None or case.find("error") is not None)
skipped = sum(1 for case in cases if case.find("skipped") is not None)
passed = len(cases) - failed - skipped
# A run that broke off has failed, whatever its report says.
failed = failed or (1 if status != 0 or not cases else 0)
print(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
PYTHON
[ "$status" -eq 0 ]
