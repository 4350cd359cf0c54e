import { beforeAll, expect, test } from "vitest";
import { loopback, metadata, otherHost, thisHost } from "../stage/addresses.ts";
import { grantNetwork } from "../stage/grants.ts";
import { eventsOf } from "../../support/until.ts";
import { useTrial } from "../stage/use-trial.ts";

const trial = useTrial({ env: { TALKCODY_REACHABLE_NETWORKS: "198.51.100.8/32" } });
beforeAll(() =>
  grantNetwork(trial.server, trial.place.workspaceId, {
    mode: "hosts",
    hosts: ["registry.example", "loopback.example", "metadata.example", "this-host.example"],
  }),
);

test("a granted host is reached through the proxy, by programs that know of none", async () => {
  const ran = await trial.place.run("curl -sS -m 10 http://registry.example/");
  expect(ran.stdout, ran.all).toBe("hello from the other host\n");
});

test("a host that is not granted is refused, and an event says which", async () => {
  trial.sinks.forget();
  const { stdout } = await trial.place.run(
    "curl -sS -m 10 -o /dev/null -w '%{http_code}\\n' http://other.example/; echo done",
  );
  expect(stdout).toMatch(/^(403|000)\ndone\n$/);
  const events = await eventsOf(trial.server, trial.place.sessionId);
  const denied = events.filter(({ type }) => String(type) === "network.denied");
  expect(JSON.stringify(denied)).toContain("other.example");
  expect(arrivedAt(otherHost)).toEqual([]);
});

test("a grant takes effect in a command that is running, and so does its end", async () => {
  const { workspaceId } = trial.place;
  const looking =
    "for i in $(seq 150); do curl -s -m 2 http://other.example/ | grep -q hello && echo reached && break; sleep 0.1; done; echo done";
  const running = trial.place.run(looking);
  await grantNetwork(trial.server, workspaceId, {
    mode: "hosts",
    hosts: ["registry.example", "other.example"],
  });
  expect((await running).stdout).toBe("reached\ndone\n");
  await grantNetwork(trial.server, workspaceId, {
    mode: "hosts",
    hosts: ["registry.example", "loopback.example", "metadata.example", "this-host.example"],
  });
  expect((await trial.place.run("curl -s -m 5 http://other.example/; echo done")).stdout).not.toContain(
    "hello",
  );
});

/** What a client may send to the proxy to be let through: each ends at a sink where the proxy errs. */
const tricks: Record<string, string> = {
  "CONNECT to loopback": `CONNECT ${loopback}:80 HTTP/1.1`,
  "CONNECT to this host": `CONNECT ${thisHost}:80 HTTP/1.1`,
  "CONNECT to the metadata address": `CONNECT ${metadata}:80 HTTP/1.1`,
  "CONNECT to the other host by its address": `CONNECT ${otherHost}:80 HTTP/1.1`,
  "a granted name that is loopback": "CONNECT loopback.example:80 HTTP/1.1",
  "a granted name that is the metadata address": "CONNECT metadata.example:80 HTTP/1.1",
  "a granted name that is this host": "CONNECT this-host.example:80 HTTP/1.1",
  "NUL in the host": "CONNECT other.example\\0.registry.example:80 HTTP/1.1",
  "a granted name as the start of another": "CONNECT registry.example.other.example:80 HTTP/1.1",
  "a granted name as the end of another": "CONNECT evilregistry.example:80 HTTP/1.1",
  "the name of another in the Host header": "GET http://other.example/ HTTP/1.1\\r\\nHost: registry.example",
  "an address as a number": "CONNECT 2130706433:80 HTTP/1.1",
  "an address in octal": "CONNECT 0177.0.0.1:80 HTTP/1.1",
  "an address in IPv6": "CONNECT [::ffff:127.0.0.1]:80 HTTP/1.1",
  "loopback in IPv6": "CONNECT [::1]:80 HTTP/1.1",
  "nothing but zeros": "CONNECT 0.0.0.0:80 HTTP/1.1",
  "a user in the address": "GET http://registry.example@127.0.0.1/ HTTP/1.1",
  "another scheme": "GET ftp://127.0.0.1/ HTTP/1.1",
};

test.each(Object.entries(tricks))("the proxy does not fall for %s", async (_, line) => {
  trial.sinks.forget();
  const { stdout } = await trial.place.python(`
import socket
s = socket.create_connection(("127.0.0.1", 3128), 5)
s.sendall(b'${line}\\r\\nconnection: close\\r\\n\\r\\n')
s.settimeout(5)
print(s.recv(300).decode('latin1'))
print('done')`);
  expect(stdout).toMatch(/done\n$/);
  expect(stdout).not.toMatch(/^HTTP\/1\.[01] 200/);
  expect(stdout).toMatch(/^HTTP\/1\.[01] [45]\d\d/);
  expect(trial.sinks.hits().filter(({ sink }) => sink.includes("tcp"))).toEqual([]);
});

function arrivedAt(host: string): string[] {
  return trial.sinks.hits().flatMap(({ sink }) => (sink.startsWith(host) ? [sink] : []));
}
