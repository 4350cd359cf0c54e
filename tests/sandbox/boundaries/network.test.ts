import { expect, test } from "vitest";
import { loopback, metadata, otherHost, thisHost } from "../stage/addresses.ts";
import { bare } from "../stage/bare.ts";
import { useTrial } from "../stage/use-trial.ts";

const trial = useTrial();

const targets = [loopback, thisHost, metadata, otherHost];

test("no address is reached, neither over TCP nor over UDP: not loopback, not this host, not the metadata, not another", async () => {
  const hunt = `
import socket
for host in ${JSON.stringify(targets)}:
    for port in (22, 25, 80, 8080):
        try:
            s = socket.create_connection((host, port), 1); s.send(b'canary'); print('reached', host, port); s.close()
        except OSError: pass
    try: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'canary', (host, 9999))
    except OSError: pass
print('done')`;
  expect(await bare(trial.server, `/usr/bin/python3 - <<'PYTHON'\n${hunt}\nPYTHON`)).toContain(
    `reached ${otherHost} 80`,
  );
  const controls = await arrived();
  for (const host of targets)
    for (const kind of ["tcp 80", "udp 9999"]) expect(controls).toContain(`${host} ${kind}`);
  trial.sinks.forget();
  const { stdout } = await trial.place.python(hunt);
  expect(stdout).toBe("done\n");
  expect(await arrived()).toEqual([]);
});

test("the server itself is not reached, neither its interface nor its other ports", async () => {
  const { url } = trial.server;
  expect(await bare(trial.server, `curl -s -o /dev/null -w '%{http_code}' ${url}/v1/server`)).toBe("401");
  const { stdout } = await trial.place.run(
    `curl -s -m 2 --noproxy '*' -w '%{http_code}' ${url}/v1/server; curl -s -m 2 -o /dev/null -w '%{http_code}' ${url}/v1/server; echo`,
  );
  expect(stdout).toMatch(/^000(000|403)\n$/);
});

test("the only interface is loopback", async () => {
  const { stdout } = await trial.place.run(
    "ls /sys/class/net 2>/dev/null; cut -d: -f1 /proc/net/dev | tail -n +3 | tr -d ' '; tail -n +2 /proc/net/route",
  );
  expect(new Set(stdout.trim().split("\n"))).toEqual(new Set(["lo"]));
});

test("sockets of the host are not reached: by path, by abstract name, as the agent of ssh", async () => {
  const { socketPath, abstractName } = trial.sinks;
  const hunt = `
import os, socket
for name in (${JSON.stringify(socketPath)}, '\\0${abstractName}', os.environ.get('SSH_AUTH_SOCK', '/none'), '/run/docker.sock', '/var/run/docker.sock', '/.fly/api', '/run/dbus/system_bus_socket'):
    try:
        s = socket.socket(socket.AF_UNIX); s.settimeout(1); s.connect(name); s.send(b'canary'); print('reached', repr(name))
    except OSError: pass
print('done')`;
  expect(await bare(trial.server, `/usr/bin/python3 - <<'PYTHON'\n${hunt}\nPYTHON`)).toContain("reached");
  expect((await arrived()).filter((sink) => sink.startsWith("unix"))).not.toEqual([]);
  trial.sinks.forget();
  expect((await trial.place.python(hunt)).stdout).toBe("done\n");
  expect((await arrived()).filter((sink) => sink.startsWith("unix"))).toEqual([]);
});

test("no name is resolved", async () => {
  expect(await bare(trial.server, "getent hosts other.example")).toContain(otherHost);
  trial.sinks.forget();
  const { stdout } = await trial.place.run(
    "getent hosts other.example; getent ahosts canary.other.example; echo done",
  );
  expect(stdout).toBe("done\n");
  expect((await arrived()).filter((sink) => sink.endsWith("dns"))).toEqual([]);
});

/** The sinks that something arrived at, after everything on its way is there. */
async function arrived(): Promise<string[]> {
  await new Promise((resolve) => setTimeout(resolve, 300));
  return trial.sinks.hits().map(({ sink }) => sink);
}
