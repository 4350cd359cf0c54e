import { connect, createServer } from "node:net";
import { expect, test } from "vitest";
import { converse } from "../../support/conversation.ts";
import { calls } from "../../support/models/script.ts";
import { freePort, startServerProcess } from "../../support/server/server-process.ts";
import { eventWhere, until } from "../../support/until.ts";

test("the platform hears that the server lives and serves, and that it stops while a command still runs", async () => {
  const port = await freePort();
  const ask = (path: string, method = "GET") => fetch(`http://127.0.0.1:${port}${path}`, { method });
  const server = await startServerProcess({
    env: { TALKCODY_PRIVATE_PORT: String(port), TALKCODY_GRACE_PERIOD_MS: "3000" },
  });
  try {
    expect((await ask("/live")).status).toBe(200);
    await until("it is ready", async () => (await ask("/ready")).status === 200);
    expect((await ask("/live", "HEAD")).status).toBe(200);
    expect((await ask("/live", "POST")).status).toBe(405);
    expect((await ask("/v1/server")).status).toBe(404);
    expect((await fetch(`${server.url}/ready`)).status).toBe(401); // Not there: whoever has no key learns nothing.
    const { sessionId } = await converse(server, [calls("bash", { command: "echo on; sleep 1.5" })], {
      settings: { autoApproveCommands: true },
    });
    await eventWhere(server, sessionId, ({ type }) => type === "tool.output");
    process.kill(server.pid, "SIGTERM");
    const stopping = await until("it is not ready", async () => {
      const answer = await ask("/ready");
      return answer.status === 503 && ((await answer.json()) as unknown);
    });
    expect(stopping).toEqual({ isReady: false, reason: "stopping", alarms: [] });
    expect((await ask("/live")).status).toBe(200);
  } finally {
    await server.stop();
  }
});

test("the private port answers for addresses and known names, and for no name that DNS could lead to it", async () => {
  const port = await freePort();
  const server = await startServerProcess({
    env: { TALKCODY_PRIVATE_PORT: String(port), TALKCODY_ALLOWED_HOSTS: "metrics.internal" },
  });
  /** The status of /live for a request with exactly these lines. */
  const ask = (lines: string, version = "1.1") =>
    new Promise<string>((resolve, reject) => {
      let text = "";
      const socket = connect(port, "127.0.0.1", () =>
        socket.write(`GET /live HTTP/${version}\r\n${lines}\r\n`),
      );
      socket.on("data", (bytes: Buffer) => (text += bytes.toString()));
      socket.on("error", reject).on("close", () => resolve(text.slice(9, 12)));
    });
  const status = (host: string) => ask(`Host: ${host}\r\n`);
  try {
    const good = ["localhost", "LOCALHOST:9090", "127.0.0.1", "10.0.0.7:9090", "[fdaa::1]:9090", "[::1]"];
    for (const host of [...good, "metrics.internal:9090"]) expect(await status(host), host).toBe("200");
    expect(await ask("", "1.0"), "a check that names no host").toBe("200");
    const bad = [
      "rebind.evil",
      "rebind.evil:9090",
      "127.0.0.1.nip.io",
      "localhost.evil",
      "user@localhost",
      "",
    ];
    for (const host of bad) expect(await status(host), host).toBe("421");
    expect(await ask("Host: localhost\r\nHost: rebind.evil\r\n")).toMatch(/^4/);
  } finally {
    await server.stop();
  }
});

test("a private port that is taken ends the start", async () => {
  const port = await freePort();
  const holder = createServer().listen(port, "127.0.0.1");
  const starting = startServerProcess({ env: { TALKCODY_PRIVATE_PORT: String(port) } });
  await expect(starting).rejects.toThrow("The server ended with 1");
  holder.close();
});
