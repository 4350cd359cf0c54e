import { createServer, type IncomingMessage, type RequestListener } from "node:http";
import { createServer as createTcpServer } from "node:net";
import { expect, test } from "vitest";
import { until } from "../../../support/until.ts";
import { ask, listen, open, startProxy } from "./host.ts";

async function serve(answer: RequestListener) {
  const seen: IncomingMessage[] = [];
  const port = await listen(
    createServer((request, response) => {
      seen.push(request);
      answer(request, response);
    }),
  );
  return { internet: { port }, seen };
}

const get = "GET http://registry.example/a?b=c HTTP/1.1\r\nHost: registry.example\r\n";

test("a request goes on without what is for the next hop only, and so does its answer", async () => {
  const { internet, seen } = await serve((_request, response) => {
    response.writeHead(201, [
      "Connection",
      "X-Hop",
      "X-Hop",
      "1",
      "X-Kept",
      "2",
      "Proxy-Authenticate",
      "Basic",
    ]);
    response.end("body");
  });
  const { port, asked, dialled } = await startProxy({ internet });
  const hops =
    "Connection: close, X-Mine\r\nX-Mine: 1\r\nProxy-Authorization: Basic eDp5\r\nKeep-Alive: 5\r\nUpgrade: h2c\r\nTE: trailers\r\n";
  const answer = await ask(port, `${get}X-Kept: 1\r\n${hops}\r\n`);
  expect(answer).toMatch(/^HTTP\/1\.1 201 /);
  expect(answer).toMatch(/x-kept: 2/i);
  expect(answer).not.toMatch(/x-hop|proxy-auth/i);
  expect(answer).toMatch(/body/);
  expect(seen[0]?.url).toBe("/a?b=c");
  expect(seen[0]?.rawHeaders).toEqual(["host", "registry.example", "X-Kept", "1", "connection", "close"]);
  expect([asked, dialled]).toEqual([[{ host: "registry.example", port: 80 }], ["1.1.1.1"]]);
});

test("bodies are streamed both ways, with a length or in chunks", async () => {
  const { internet, seen } = await serve((request, response) => {
    request.on("data", (chunk: Buffer) => response.write(chunk.toString().toUpperCase()));
    request.on("end", () => response.end("."));
  });
  const { port } = await startProxy({ internet });
  const chunked = open(port);
  chunked.socket.write(
    "DELETE http://registry.example:8080/ HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n3\r\none\r\n",
  );
  await until("the first piece is back", () => chunked.said().includes("ONE"));
  chunked.socket.write("3\r\ntwo\r\n0\r\n\r\n");
  await chunked.ended;
  expect(chunked.said()).toMatch(/ONE[\s\S]*TWO/);
  expect(seen[0]?.headers).toMatchObject({ host: "registry.example:8080", "transfer-encoding": "chunked" });
  const post =
    "POST http://registry.example/ HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nConnection: close\r\n\r\nfour";
  expect(await ask(port, post)).toMatch(/FOUR/);
});

test("a connection is used again, and each request on it is decided by itself", async () => {
  const { internet, seen } = await serve((request, response) => response.end(`for ${request.headers.host}`));
  const { port } = await startProxy({
    internet,
    decide: async (_id, { host }) =>
      host === "evil.example" ? { isGranted: false, reason: "No." } : { isGranted: true },
  });
  const { socket, said, ended } = open(port);
  socket.write(`${get}\r\n`);
  await until("the first answer is there", () => said().includes("for registry.example"));
  socket.write("GET http://evil.example/ HTTP/1.1\r\nHost: registry.example\r\n\r\n");
  await ended;
  expect(said()).toMatch(/HTTP\/1\.1 403 Forbidden[\s\S]*No\./);
  expect(seen).toHaveLength(1);
});

test("answers that are not HTTP, or break off, are told", async () => {
  const garbage = { port: await listen(createTcpServer((socket) => socket.end("nonsense\r\n\r\n"))) };
  expect(await ask((await startProxy({ internet: garbage })).port, `${get}\r\n`)).toMatch(/^HTTP\/1\.1 502 /);
  const cut = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf";
  const half = { port: await listen(createTcpServer((socket) => socket.end(cut))) };
  const answer = await ask((await startProxy({ internet: half })).port, `${get}\r\n`);
  expect(answer).toMatch(/^HTTP\/1\.1 200 [\s\S]*half$/);
  const mute = { port: await listen(createTcpServer(() => {})) };
  const { port } = await startProxy({ internet: mute, limits: { idleMs: 50 } });
  expect(await ask(port, `${get}\r\n`)).toMatch(/^HTTP\/1\.1 502 /);
});
