import { expect, test } from "vitest";
import { WebSocket } from "ws";
import { call, codeOf, event, key, openStream, raw, sessionId, start, stream } from "./start-server.ts";

const app = "https://app.example";
const config = { allowedOrigins: ["tauri://localhost", "http://tauri.localhost", app] };
const getServer = () => ({ status: 200, body: {} });

/** What a browser sends before a request that no form could make. */
function preflight(url: string, origin: string, asked = "x-api-key,content-type,idempotency-key") {
  return call(url, {
    method: "OPTIONS",
    headers: [
      ...["Host", new URL(url).host, "Origin", origin],
      ...["Access-Control-Request-Method", "POST", "Access-Control-Request-Headers", asked],
    ],
  });
}

function listOf(header: unknown): string[] {
  return String(header)
    .split(",")
    .map((item) => item.trim().toLowerCase());
}

test.each(config.allowedOrigins)("a preflight of %s is answered without a key", async (origin) => {
  const { url } = await start({ handlers: { getServer }, config });
  const { status, headers, text } = await preflight(`${url}/v1/sessions`, origin);
  expect([status, text]).toEqual([204, ""]);
  expect(headers["access-control-allow-origin"]).toBe(origin);
  expect(headers.vary).toBe("Origin");
  expect(listOf(headers["access-control-allow-methods"])).toEqual(
    expect.arrayContaining(["get", "head", "post", "patch", "delete"]),
  );
  const wanted = ["x-api-key", "authorization", "idempotency-key", "last-event-id", "content-type"];
  expect(listOf(headers["access-control-allow-headers"])).toEqual(expect.arrayContaining(wanted));
  expect(headers["access-control-allow-credentials"]).toBeUndefined();
  expect(JSON.stringify(headers)).not.toContain("*");
});

test("a preflight tells nothing of the path: known or not, it is answered in the same way", async () => {
  const { url } = await start({ handlers: { getServer }, config });
  const answers = [];
  for (const path of ["/v1/sessions", "/v1/nothing", `/v1/files/${sessionId}`, "/"]) {
    const { status, headers } = await preflight(url + path, app);
    answers.push({ status, ...headers, date: "", "x-request-id": "" });
  }
  expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
});

test.each([
  "https://evil.example",
  "null",
  "https://app.example.evil",
  "http://app.example",
  "tauri://localhost.evil",
])("a preflight of %s is refused and learns nothing", async (origin) => {
  const { url } = await start({ handlers: { getServer }, config });
  const { status, headers, ...answer } = await preflight(`${url}/v1/sessions`, origin);
  expect([status, codeOf({ status, headers, ...answer })]).toEqual([403, "forbidden-origin"]);
  expect(Object.keys(headers).filter((name) => name.startsWith("access-control-"))).toEqual([]);
});

test("OPTIONS that is no preflight needs the key, and the name of the host is checked first", async () => {
  const { url, port } = await start({ handlers: { getServer }, config });
  const { host } = new URL(url);
  expect((await call(url, { method: "OPTIONS", headers: ["Host", host, "Origin", app] })).status).toBe(401);
  const rebound = `OPTIONS / HTTP/1.1\r\nHost: evil.example\r\nOrigin: ${app}\r\nAccess-Control-Request-Method: GET\r\nConnection: close\r\n\r\n`;
  expect(await raw(port, rebound)).toMatch(/^HTTP\/1.1 421 /);
});

test("an allowed page may read every answer, refusals included", async () => {
  const { url } = await start({ handlers: { getServer }, config });
  const answers = [
    await call(`${url}/v1/server`, { headers: { origin: app } }),
    await call(`${url}/v1/nothing`, { headers: { origin: app } }),
    await call(`${url}/v1/server`, { headers: { origin: app, "x-api-key": "wrong" } }),
    await call(`${url}/%zz`, { headers: { origin: app } }),
  ];
  expect(answers.map(({ status }) => status)).toEqual([200, 404, 401, 400]);
  for (const { headers } of answers) {
    expect(headers["access-control-allow-origin"]).toBe(app);
    expect(headers.vary).toBe("Origin");
    const needed = ["x-request-id", "retry-after", "etag", "location"];
    expect(listOf(headers["access-control-expose-headers"])).toEqual(expect.arrayContaining(needed));
  }
});

test("no other answer says that a page may read it, and each says that it depends on the origin", async () => {
  const { url } = await start({ handlers: { getServer }, config });
  const own = await call(`${url}/v1/server`, { headers: { origin: url } });
  const none = await call(`${url}/v1/server`);
  const evil = await call(`${url}/v1/server`, { headers: { origin: "https://evil.example" } });
  expect([own.status, none.status, evil.status]).toEqual([200, 200, 403]);
  for (const { headers } of [own, none, evil]) {
    expect(headers["access-control-allow-origin"]).toBeUndefined();
    expect(headers.vary).toBe("Origin");
  }
});

test("an event stream is for allowed pages too", async () => {
  const { url } = await start({
    config,
    handlers: {
      streamSessionEvents: ({ signal }) => ({ status: 200, events: stream([[event(1)]], signal) }),
    },
  });
  const { response, leave } = await openStream(url, { origin: app });
  expect([response.statusCode, response.headers["access-control-allow-origin"]]).toEqual([200, app]);
  leave();
  const refused = await openStream(url, { origin: "https://evil.example" });
  expect(refused.response.statusCode).toBe(403);
});

test("a WebSocket is for allowed pages, and no others", async () => {
  const { url } = await start({ config });
  const open = (origin: string) =>
    new Promise<string>((resolve) => {
      const protocols = ["talkcody.v1", `talkcody.key.${Buffer.from(key).toString("base64url")}`];
      const socket = new WebSocket(`${url.replace("http", "ws")}/v1/ws`, protocols, { origin });
      socket
        .once("error", (error) => resolve(error.message))
        .once("open", () => {
          resolve("open");
          socket.terminate();
        });
    });
  for (const origin of [...config.allowedOrigins, url]) expect(await open(origin), origin).toBe("open");
  for (const origin of ["https://evil.example", "null"])
    expect(await open(origin), origin).toBe("Unexpected server response: 403");
});
