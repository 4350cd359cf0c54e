import { beforeAll, beforeEach, expect, test } from "vitest";
import { loopback, metadata, otherHost, thisHost } from "../stage/addresses.ts";
import { bare } from "../stage/bare.ts";
import { grantNetwork } from "../stage/grants.ts";
import { openPlace } from "../stage/place.ts";
import { useTrial } from "../stage/use-trial.ts";

const trial = useTrial({ env: { TALKCODY_REACHABLE_NETWORKS: `${otherHost}/32` } });
beforeAll(() =>
  grantNetwork(trial.server, trial.place.workspaceId, {
    mode: "hosts",
    hosts: ["registry.example", "rebinding.example"],
  }),
);
beforeEach(() => trial.sinks.forget());

test("a granted name whose address changes at every question is reached only where it may be", async () => {
  const { stdout } = await trial.place.run(
    "for i in $(seq 60); do curl -s -m 2 http://rebinding.example/ | grep -c hello; done | sort | uniq -c",
  );
  expect(stdout).toMatch(/\d 1\n/); // Some were answered by the other host.
  expect(arrivedAt(loopback, thisHost, metadata)).toEqual([]);
});

/** Sends bytes to the proxy, piece by piece, and prints what comes back. */
const talk = (...pieces: string[]) => `
import socket, time
s = socket.create_connection(("127.0.0.1", 3128), 5); s.settimeout(3)
for piece in ${JSON.stringify(pieces)}:
    try: s.sendall(piece.encode()); time.sleep(0.3)
    except OSError: pass
got = b''
try:
    while True:
        part = s.recv(4096)
        if not part: break
        got += part
except OSError: pass
print(got.decode('latin1')); print('done')`;

const granted = "GET http://registry.example/first HTTP/1.1\r\nHost: registry.example\r\n\r\n";
const refused = "GET http://other.example/second HTTP/1.1\r\nHost: other.example\r\n\r\n";

test.each([
  ["after a granted one on the same connection", [granted, refused]],
  ["together with a granted one", [granted + refused]],
  [
    "in the body of a granted one",
    [
      `POST http://registry.example/ HTTP/1.1\r\nHost: registry.example\r\nContent-Length: 0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${refused}`,
    ],
  ],
  [
    "by a folded header",
    [
      `GET http://registry.example/ HTTP/1.1\r\nHost: registry.example\r\n Host: other.example\r\n\r\n${refused}`,
    ],
  ],
])("a request for a host that is not granted does not pass %s", async (_, pieces) => {
  const { stdout } = await trial.place.python(talk(...pieces));
  expect(stdout).toMatch(/done\n$/);
  const texts = trial.sinks.hits().map(({ text }) => text);
  expect(
    texts.filter((text) => text.includes("/second") && !text.includes("/first") && !text.startsWith("POST")),
  ).toEqual([]);
  expect(stdout).not.toMatch(/200 OK[\s\S]*200 OK/);
});

test("what one workspace was granted another one was not", async () => {
  const other = await openPlace(trial.server);
  const { stdout } = await other.run(
    "curl -s -m 5 http://registry.example/; curl -s -m 5 -x http://127.0.0.1:3128 http://registry.example/; echo; echo done",
  );
  expect(stdout).toMatch(/done\n$/);
  expect(stdout).not.toContain("hello from the other host");
  expect(arrivedAt(otherHost)).toEqual([]);
});

test("the proxy serves nobody outside of the sandbox", async () => {
  await trial.place.run("curl -s -m 5 http://registry.example/");
  const text = await bare(
    trial.server,
    "curl -s -m 2 -x http://127.0.0.1:3128 http://registry.example/; ss -ltnH 2>/dev/null | grep -c ':3128 '; true",
  );
  expect(text).not.toContain("hello");
  expect(text.trim()).toBe("0");
});

function arrivedAt(...hosts: string[]): string[] {
  return trial.sinks
    .hits()
    .flatMap(({ sink }) => (hosts.some((host) => sink.startsWith(`${host} tcp`)) ? [sink] : []));
}
