import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { until } from "../../../support/until.ts";
import { ask, connectTo, echo, grantAll, listen, open, startProxy, workspaceId } from "./host.ts";

const target = connectTo("registry.example:443");
const established = "HTTP/1.1 200 Connection established\r\n\r\n";

test("a tunnel carries bytes both ways, also those right behind the head, and half of it may end", async () => {
  const { port, asked, lookedUp, dialled } = await startProxy({ internet: await echo() });
  const { socket, said, ended } = open(port);
  socket.write(`${target}first `);
  await until("the first bytes are back", () => said().endsWith("first "));
  socket.end("last");
  await ended;
  expect(said()).toBe(`${established}first last`);
  expect(asked).toEqual([{ host: "registry.example", port: 443 }]);
  expect([lookedUp, dialled]).toEqual([["registry.example"], ["1.1.1.1"]]);
});

test("large amounts come through whole while the reader is slow, and are not kept in memory", async () => {
  const size = 64 * 1024 * 1024;
  let sent = 0;
  const source = createServer((socket) => {
    const chunk = Buffer.alloc(64 * 1024, "x");
    const write = () => {
      while (sent < size) {
        sent += chunk.length;
        if (!socket.write(chunk)) return void socket.once("drain", write);
      }
      socket.end();
    };
    write();
  });
  const { port } = await startProxy({ internet: { port: await listen(source) } });
  const { socket, ended } = open(port);
  let bytes = 0;
  socket.removeAllListeners("data");
  socket.on("data", (chunk: Buffer) => (bytes += chunk.length));
  socket.write(target);
  await until("bytes come", () => bytes > 0);
  socket.pause();
  let before = -1;
  await until("the source is held up", () => before === (before = sent) && sent < size);
  expect(sent).toBeLessThan(size);
  socket.resume();
  await ended;
  expect(bytes).toBe(size + established.length);
});

test("an address is looked up once, and what was checked is connected to", async () => {
  const answers = [["1.1.1.1"], ["127.0.0.1"], ["1.1.1.1", "10.0.0.1"], []];
  const { port, lookedUp, dialled, unreachable } = await startProxy({
    internet: await echo(),
    addresses: () => answers.shift() ?? [],
  });
  const first = open(port);
  first.socket.end(`${target}x`);
  await first.ended;
  expect(first.said()).toBe(`${established}x`);
  for (let again = 0; again < 3; again++) expect(await ask(port, target)).toMatch(/^HTTP\/1\.1 403 /);
  expect([lookedUp.length, dialled]).toEqual([4, ["1.1.1.1"]]);
  expect(unreachable).toHaveLength(3);
});

test("what cannot be looked up or reached is told as 502", async () => {
  const none = await startProxy({
    resolve: () => Promise.reject(Object.assign(new Error("x"), { code: "ENOTFOUND" })),
  });
  expect(await ask(none.port, target)).toMatch(/^HTTP\/1\.1 502 [\s\S]*ENOTFOUND/);
  const dead = await startProxy({ internet: { port: 1 } });
  expect(await ask(dead.port, target)).toMatch(/^HTTP\/1\.1 502 [\s\S]*ECONNREFUSED/);
  const slow = await startProxy({ resolve: () => new Promise(() => {}), limits: { connectMs: 20 } });
  expect(await ask(slow.port, target)).toMatch(/^HTTP\/1\.1 502 [\s\S]*TimeoutError/);
});

test("slow lookups are few at a time, and a grant is decided without one", async () => {
  let running = 0;
  let most = 0;
  const waiting: (() => void)[] = [];
  const { port, asked } = await startProxy({
    internet: await echo(),
    resolve: async () => {
      most = Math.max(most, ++running);
      await new Promise<void>((go) => void waiting.push(go));
      running--;
      return [{ address: "1.1.1.1", family: 4 }];
    },
  });
  const clients = Array.from({ length: 6 }, () => open(port));
  for (const { socket } of clients) socket.end(`${target}x`);
  await until("all are granted", () => asked.length === 6);
  const go = setInterval(() => waiting.shift()?.(), 1);
  await Promise.all(clients.map(({ ended }) => ended));
  clearInterval(go);
  expect(most).toBe(2);
  for (const { said } of clients) expect(said()).toBe(`${established}x`);
});

test("a head that is too long or too slow ends the connection", async () => {
  const { port } = await startProxy({ limits: { headMs: 50, headBytesMax: 4096 } });
  const long = `CONNECT registry.example:443 HTTP/1.1\r\nHost: x\r\nX: ${"y".repeat(5000)}\r\n\r\n`;
  expect(await ask(port, long)).toMatch(/^HTTP\/1\.1 431 /);
  for (const beginning of ["", "CONNECT regis", target.slice(0, -2)]) {
    const slow = open(port);
    slow.socket.write(beginning);
    await slow.ended;
    expect(slow.said()).toBe("");
  }
});

test("an idle tunnel is cut, and so is one of which half has ended", async () => {
  const mute = { port: await listen(createServer({ allowHalfOpen: true }, () => {})) };
  for (const limits of [{ idleMs: 50 }, { halfOpenMs: 50 }]) {
    const { port } = await startProxy({ internet: mute, limits });
    const { socket, said, ended } = open(port);
    socket.write(target);
    await until("the tunnel is there", () => said() === established);
    if (limits.halfOpenMs !== undefined) socket.end();
    await ended;
    expect(said()).toBe(established);
  }
});

test("a workspace has a bounded number of connections, and others are not affected", async () => {
  const { port, proxy } = await startProxy({
    internet: await echo(),
    limits: { connectionsOfWorkspaceMax: 3, connectionsMax: 4 },
  });
  const held = Array.from({ length: 3 }, () => open(port));
  for (const { socket } of held) socket.write(target);
  await until("all are open", () => held.every(({ said }) => said() === established));
  expect(await ask(port, target)).toMatch(/^HTTP\/1\.1 503 /);
  const others = await listen(createServer((socket) => proxy.handle(socket, { workspaceId: "wsp_other" })));
  const other = open(others);
  other.socket.write(target);
  await until("the other one is open", () => other.said() === established);
  expect(await ask(others, target)).toMatch(/^HTTP\/1\.1 503 /);
  held[0]?.socket.destroy();
  await until("there is a place again", async () => {
    const { socket, said, ended } = open(port);
    socket.end(target);
    await ended;
    return said().startsWith(established);
  });
});

test("connections end with their workspace, and with the proxy", async () => {
  const { port, proxy } = await startProxy({ internet: await echo() });
  const others = await listen(createServer((socket) => proxy.handle(socket, { workspaceId: "wsp_other" })));
  const [own, other] = [open(port), open(others)];
  for (const { socket } of [own, other]) socket.write(target);
  await until("both are open", () => [own, other].every(({ said }) => said() === established));
  proxy.endWorkspace(workspaceId);
  await own.ended;
  other.socket.write("still here");
  await until("the other one goes on", () => other.said().endsWith("still here"));
  proxy.close();
  await other.ended;
  expect(await ask(port, target)).toMatch(/^HTTP\/1\.1 503 /);
});

test("a request that waits for a decision is dropped with its workspace", async () => {
  const reasons: unknown[] = [];
  const { port, proxy, asked, dialled } = await startProxy({
    decide: (_id, _target, signal) =>
      new Promise((resolve) =>
        signal.addEventListener("abort", () => {
          reasons.push(signal.reason);
          resolve({ isGranted: true });
        }),
      ),
  });
  const { socket, ended } = open(port);
  socket.write(target);
  await until("the gate is asked", () => asked.length === 1);
  proxy.endWorkspace(workspaceId);
  await ended;
  await until("the wait ends", () => reasons.length === 1);
  expect(dialled).toEqual([]);
});

test("a proxy with a credential serves nobody else", async () => {
  const { port, asked } = await startProxy({
    decide: grantAll,
    authorization: "Basic c2VjcmV0",
    internet: await echo(),
  });
  expect(await ask(port, target)).toMatch(/^HTTP\/1\.1 407 /);
  const wrong = target.replace("\r\n\r\n", "\r\nProxy-Authorization: Basic c2VjcmVU\r\n\r\n");
  expect(await ask(port, wrong)).toMatch(/^HTTP\/1\.1 407 /);
  expect(asked).toEqual([]);
  const { socket, said, ended } = open(port);
  socket.end(target.replace("\r\n\r\n", "\r\nProxy-Authorization: Basic c2VjcmV0\r\n\r\n"));
  await ended;
  expect(said()).toBe(established);
});

test("a connection with a credential of its own serves nobody else", async () => {
  const { proxy, asked } = await startProxy({ decide: grantAll, internet: await echo() });
  const server = createServer({ allowHalfOpen: true }, (socket) =>
    proxy.handle(socket, { workspaceId, authorization: "Basic b3du" }),
  );
  onTestFinished(() => void server.close());
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as AddressInfo;
  expect(await ask(port, target)).toMatch(/^HTTP\/1\.1 407 [^]*\r\nproxy-authenticate: Basic\r\n/);
  expect(asked).toEqual([]);
  const { socket, said, ended } = open(port);
  socket.end(target.replace("\r\n\r\n", "\r\nProxy-Authorization: Basic b3du\r\n\r\n"));
  await ended;
  expect(said()).toBe(established);
});
