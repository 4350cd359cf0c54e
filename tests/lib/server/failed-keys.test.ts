import { expect, test } from "vitest";
import { WebSocket } from "ws";
import { handClock } from "../../support/time/hand-clock.ts";
import { clientAddress } from "../../../lib/server/http/client-address.ts";
import { createFailedKeys } from "../../../lib/server/http/failed-keys.ts";
import { call, codeOf, key, start, type StartOptions } from "./start-server.ts";

const getServer = () => ({ status: 200, body: {} });

/** A server that takes three wrong keys at once, and ways to ask it. */
async function limited(config: StartOptions["config"] = {}) {
  const clock = handClock();
  const { url } = await start({ handlers: { getServer }, clock, config: { failedKeysMax: 3, ...config } });
  const ask = (candidate: string, headers: Record<string, string> = {}) =>
    call(`${url}/v1/server`, { headers: { "x-api-key": candidate, ...headers } });
  const statuses = async (count: number, headers?: Record<string, string>) => {
    const answers = [];
    for (let turn = 0; turn < count; turn++) answers.push((await ask("wrong", headers)).status);
    return answers;
  };
  return { url, clock, ask, statuses };
}

test("more wrong keys than may come at once are told to wait, and the right key is taken all the while", async () => {
  const { ask, statuses } = await limited();
  expect(await statuses(5)).toEqual([401, 401, 401, 429, 429]);
  const refused = await ask("wrong");
  expect([codeOf(refused), refused.headers["retry-after"]]).toEqual(["too-many-failed-keys", "12"]);
  expect((await ask(key)).status).toBe(200);
  expect((await ask("wrong")).status).toBe(429);
});

test("what is told in Retry-After is enough, and less is not", async () => {
  for (const [spareMs, status] of [
    [0, 401],
    [-1, 429],
  ] as const) {
    const { clock, ask, statuses } = await limited();
    expect(await statuses(4)).toEqual([401, 401, 401, 429]);
    clock.passBy(Number((await ask("wrong")).headers["retry-after"]) * 1000 + spareMs);
    expect((await ask("wrong")).status).toBe(status);
  }
});

test("however long it went on, the wait has an end", async () => {
  const { ask, statuses } = await limited();
  await statuses(50);
  expect((await ask("wrong")).headers["retry-after"]).toBe("12");
});

test("a request without a key is no attempt", async () => {
  const { url, statuses } = await limited();
  for (let turn = 0; turn < 10; turn++)
    expect((await call(`${url}/v1/server`, { headers: ["Host", "localhost"] })).status).toBe(401);
  expect(await statuses(3)).toEqual([401, 401, 401]);
});

test("a WebSocket with a wrong key counts, and is refused in the same way", async () => {
  const { url, statuses } = await limited();
  const open = (candidate: string) =>
    new Promise<string>((resolve) => {
      const protocols = ["talkcody.v1", `talkcody.key.${Buffer.from(candidate).toString("base64url")}`];
      const socket = new WebSocket(`${url.replace("http", "ws")}/v1/ws`, protocols);
      socket.once("open", () => resolve("open")).once("error", (error) => resolve(error.message));
      socket.once("open", () => socket.terminate());
    });
  for (const status of [401, 401, 401, 429, 429])
    expect(await open("wrong")).toBe(`Unexpected server response: ${status}`);
  expect(await open(key)).toBe("open");
  expect(await statuses(1)).toEqual([429]);
});

test("behind a proxy each caller is counted by the address that the proxy names", async () => {
  const { statuses } = await limited({ proxyAddressHeader: "x-forwarded-for" });
  const from = (address: string) => ({ "X-Forwarded-For": address });
  expect(await statuses(4, from("203.0.113.1"))).toEqual([401, 401, 401, 429]);
  expect(await statuses(1, from("203.0.113.2"))).toEqual([401]);
  // What the caller made up stands before what the proxy added.
  expect(await statuses(1, from("198.51.100.9, 203.0.113.1"))).toEqual([429]);
});

test("without a proxy nobody chooses an address by a header", async () => {
  const { statuses } = await limited();
  const all = [];
  for (let turn = 1; turn <= 4; turn++)
    all.push(
      ...(await statuses(1, { "X-Forwarded-For": `203.0.113.${turn}`, "Fly-Client-IP": "192.0.2.1" })),
    );
  expect(all).toEqual([401, 401, 401, 429]);
});

test.each([
  ["203.0.113.7", "203.0.113.7"],
  ["::ffff:203.0.113.7", "203.0.113.7"],
  ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
  ["2001:DB8:1:2::9", "2001:db8:1:2::/64"],
  ["2001:db8:0001:0002:ffff::1", "2001:db8:1:2::/64"],
  ["2001:db8::1", "2001:db8:0:0::/64"],
  ["fe80::1%eth0", "fe80:0:0:0::/64"],
  ["::1", "0:0:0:0::/64"],
])("%s counts as %s", (address, counted) => {
  expect(clientAddress([], address)).toBe(counted);
  expect(clientAddress([address.replace(/%.*/, "")], "192.0.2.5")).toBe(counted);
});

test.each(["", "unknown", "203.0.113.7:1234", "evil, <script>"])(
  "a proxy that says %j names nobody, so the connection counts",
  (told) => {
    expect(clientAddress([told], "192.0.2.5")).toBe("192.0.2.5");
  },
);

test("addresses without end take no memory without end: the one that failed longest ago is forgotten", () => {
  const failedKeys = createFailedKeys({ clock: handClock(), failedKeysMax: 1 });
  failedKeys.count("first");
  expect(failedKeys.count("first")).toBe(6);
  for (let turn = 0; turn < 9_999; turn++) failedKeys.count(`other ${turn}`);
  expect(failedKeys.count("first")).toBe(6);
  for (let turn = 0; turn < 10_000; turn++) failedKeys.count(`another ${turn}`);
  expect(failedKeys.count("first")).toBeUndefined();
});
