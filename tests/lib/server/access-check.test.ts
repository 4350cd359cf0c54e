import { METHODS } from "node:http";
import { expect, test } from "vitest";
import { call, codeOf, key, raw, sessionId, start } from "./start-server.ts";

const getServer = () => ({ status: 200, body: { fine: true } });

test("a request with the key passes, as X-API-Key or as a bearer", async () => {
  const { url } = await start({ handlers: { getServer } });
  const own = await call(`${url}/v1/server`);
  expect([own.status, own.json]).toEqual([200, { fine: true }]);
  const bearer = await call(`${url}/v1/server`, {
    headers: ["Host", new URL(url).host, "Authorization", `Bearer ${key}`],
  });
  expect(bearer.status).toBe(200);
});

test("without exactly one valid key nothing is learnt but 401", async () => {
  const { url } = await start({ handlers: { getServer } });
  const host = ["Host", new URL(url).host];
  const refused: Record<string, string[]> = {
    none: [],
    wrong: ["X-API-Key", "wrong"],
    empty: ["X-API-Key", ""],
    prefix: ["X-API-Key", key.slice(0, -1)],
    longer: ["X-API-Key", `${key}x`],
    "other case": ["X-API-Key", key.toUpperCase()],
    duplicated: ["X-API-Key", key, "X-API-Key", key],
    "both ways": ["X-API-Key", key, "Authorization", `Bearer ${key}`],
    "two bearers": ["Authorization", `Bearer ${key}`, "Authorization", `Bearer ${key}`],
    "wrong scheme": ["Authorization", `Basic ${key}`],
    "no scheme": ["Authorization", key],
    cookie: ["Cookie", `X-API-Key=${key}; api_key=${key}`],
    "subprotocol without upgrade": [
      "Sec-WebSocket-Protocol",
      `talkcody.key.${Buffer.from(key).toString("base64url")}`,
    ],
  };
  for (const [name, headers] of Object.entries(refused)) {
    const answer = await call(`${url}/v1/server`, { headers: [...host, ...headers] });
    expect([answer.status, codeOf(answer)], name).toEqual([401, "unauthorized"]);
  }
  for (const query of [`key=${key}`, `api_key=${key}`, `X-API-Key=${key}`]) {
    const answer = await call(`${url}/v1/server?${query}`, { headers: host });
    expect(answer.status, query).toBe(401);
  }
});

test("without a key an unknown path, an unknown method and a known one look the same", async () => {
  const { url, port } = await start({ handlers: { getServer } });
  for (const path of ["/", "/nothing", "/v1/server", `/v1/sessions/${sessionId}`, "/v1/ws"])
    expect((await call(`${url}${path}`, { headers: ["Host", new URL(url).host] })).status, path).toBe(401);
  for (const method of METHODS.filter((name) => name !== "CONNECT")) {
    const text = await raw(
      port,
      `${method} /v1/server HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: close\r\n\r\n`,
    );
    expect(text.split("\r\n")[0], method).toMatch(/^HTTP\/1.1 401 /);
  }
});

test("a refused request never reaches its handler and its body is not read", async () => {
  let calls = 0;
  const { url, port } = await start({ handlers: { createSession: () => ++calls }, limits: { lingerMs: 50 } });
  const answer = await call(`${url}/v1/sessions`, {
    method: "POST",
    body: "{}",
    headers: { "x-api-key": "wrong" },
  });
  expect(answer.status).toBe(401);
  const text = await raw(
    port,
    `POST /v1/sessions HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nContent-Length: 1000\r\n\r\n{`,
  );
  expect(text).toMatch(/^HTTP\/1.1 401 /);
  expect(calls).toBe(0);
});

test("only names of this server are answered for", async () => {
  const { url, port } = await start({ handlers: { getServer }, config: { allowedHosts: ["talk.example"] } });
  const status = async (host: string[]) =>
    (
      await call(`${url}/v1/server`, {
        headers: [...host.flatMap((name) => ["Host", name]), "X-API-Key", key],
      })
    ).status;
  const good = [
    `127.0.0.1:${port}`,
    "localhost",
    "LOCALHOST:1",
    "[::1]:80",
    "talk.example",
    "talk.example:443",
  ];
  for (const host of good) expect(await status([host]), host).toBe(200);
  const bad = [
    "rebind.evil",
    "talk.example.evil",
    "eviltalk.example",
    "localhost.",
    "localhost:x",
    "",
    "127.0.0.1.nip.io",
    "user@localhost",
    "[::2]",
  ];
  for (const host of bad) expect(await status([host]), host).toBe(421);
  const request = (head: string) => raw(port, `${head}\r\nX-API-Key: ${key}\r\nConnection: close\r\n\r\n`);
  expect(await request("GET /v1/server HTTP/1.1")).toMatch(/^HTTP\/1.1 421 /);
  expect(await request("GET /v1/server HTTP/1.1\r\nHost: localhost\r\nHost: localhost")).toMatch(
    /^HTTP\/1.1 (421|400) /,
  );
  expect(await request("GET http://evil.example/v1/server HTTP/1.1\r\nHost: localhost")).toMatch(
    /^HTTP\/1.1 421 /,
  );
});

test("another origin is refused before the key is looked at, the own one and none are fine", async () => {
  const { url } = await start({ handlers: { getServer } });
  const host = new URL(url).host;
  const status = async (origin: string) => (await call(`${url}/v1/server`, { headers: { origin } })).status;
  expect(await status(`http://${host}`)).toBe(200);
  expect(await status(`https://${host}`)).toBe(200);
  for (const origin of [
    "null",
    "https://evil.example",
    `http://${host}.evil`,
    `http://evil.${host}`,
    "file://",
    `ftp://${host}`,
    "http://localhost:1",
  ])
    expect(await status(origin), origin).toBe(403);
  const answer = await call(`${url}/v1/server`, {
    headers: ["Host", host, "Origin", "https://evil.example"],
  });
  expect(codeOf(answer)).toBe("forbidden-origin");
  expect(answer.headers["access-control-allow-origin"]).toBeUndefined();
});

test("every answer carries its request id and tells nobody to keep or sniff it", async () => {
  const { url } = await start({ handlers: { getServer } });
  const ids = new Set<unknown>();
  for (const path of ["/v1/server", "/nothing", "/%zz", `/v1/sessions/${sessionId}`]) {
    const { headers } = await call(`${url}${path}`);
    ids.add(headers["x-request-id"]);
    expect(headers, path).toMatchObject({
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
      "referrer-policy": "no-referrer",
    });
  }
  expect(ids.size).toBe(4);
  expect([...ids].every((id) => /^[\w-]{1,64}$/.test(String(id)))).toBe(true);
});
