import { expect, test } from "vitest";
import { loopback, metadata, otherHost, thisHost } from "../stage/addresses.ts";
import { bare } from "../stage/bare.ts";
import { grantNetwork } from "../stage/grants.ts";
import { openPlace } from "../stage/place.ts";
import { useTrial } from "../stage/use-trial.ts";

const privatePort = 29_123;
const trial = useTrial({
  env: { TALKCODY_PRIVATE_PORT: String(privatePort), TALKCODY_REACHABLE_NETWORKS: `${otherHost}/32` },
});

const look = (address: string) => `curl -s -m 2 -o /dev/null -w '%{http_code}\\n' http://${address}/`;

test("S6: a command reaches neither the metrics of the server nor the metadata of the machine nor a local service", async () => {
  const all = [
    `${loopback}:${privatePort}`,
    `localhost:${privatePort}`,
    loopback,
    thisHost,
    metadata,
    otherHost,
  ];
  const commands = [
    ...all.map(look),
    ...all.map((address) => look(address).replace("curl", "curl --noproxy '*'")),
  ];
  const outside = await bare(trial.server, commands.join("; "));
  expect(outside.match(/^200$/gm)?.length).toBeGreaterThanOrEqual(8);
  trial.sinks.forget();
  const { stdout } = await trial.place.run(commands.join("; "));
  expect(
    stdout
      .trim()
      .split("\n")
      .filter((code) => !/^(000|403)$/.test(code)),
  ).toEqual([]);
  expect(trial.sinks.hits()).toEqual([]);
});

test("S6: even an open network reaches no local, private or own address", async () => {
  const place = await openPlace(trial.server);
  await grantNetwork(trial.server, place.workspaceId, { mode: "open" });
  expect((await place.run("curl -sS -m 5 http://other.example/")).stdout).toBe("hello from the other host\n");
  trial.sinks.forget();
  const closed = [
    loopback,
    thisHost,
    metadata,
    "loopback.example",
    "metadata.example",
    "this-host.example",
    "10.0.0.1",
    "192.168.0.1",
    "[::1]",
    "0.0.0.0",
  ];
  const { stdout } = await place.run(
    closed.flatMap((address) => [look(address), look(`${address}:8080`)]).join("; "),
  );
  expect(
    stdout
      .trim()
      .split("\n")
      .filter((code) => code === "200"),
  ).toEqual([]);
  expect(trial.sinks.hits().filter(({ sink }) => sink.includes("tcp"))).toEqual([]);
});
