import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { expect, test } from "vitest";
import { AppError } from "../../../lib/errors.ts";
import { call, codeOf, folder, post, sessionId, sleep, start, workspaceId } from "./kit.ts";

const idempotent = (key: string) => ({ "idempotency-key": key });

test("the same request under the same key is done once and answered again, after a restart too", async () => {
  const dataDir = folder();
  let count = 0;
  const handlers = { createSession: () => ({ status: 201, body: { count: ++count } }) };
  const first = await start({ handlers, dataDir });
  const url = `${first.url}/v1/sessions`;
  const answer = await post(url, { title: "T", model: "a@b" }, idempotent("k1"));
  expect([answer.status, answer.json, answer.headers["idempotency-replayed"]]).toEqual([
    201,
    { count: 1 },
    undefined,
  ]);
  const again = await post(url, { model: "a@b", title: "T" }, idempotent("k1"));
  expect([again.status, again.json, again.headers["idempotency-replayed"]]).toEqual([
    201,
    { count: 1 },
    "true",
  ]);
  expect((await post(url, { title: "T", model: "a@b" }, idempotent("k2"))).json).toEqual({ count: 2 });
  expect((await post(url, { title: "T", model: "a@b" })).json).toEqual({ count: 3 });
  await first.close();

  const second = await start({ handlers, dataDir });
  const later = await post(`${second.url}/v1/sessions`, { title: "T", model: "a@b" }, idempotent("k1"));
  expect([later.status, later.json]).toEqual([201, { count: 1 }]);
});

test("another body, path or operation under the key is 422", async () => {
  const fine = () => ({ status: 200, body: {} });
  const { url } = await start({
    handlers: { createSession: fine, updateSession: fine, syncWorkspace: fine },
  });
  await post(`${url}/v1/sessions`, { title: "T" }, idempotent("k"));
  expect(codeOf(await post(`${url}/v1/sessions`, { title: "U" }, idempotent("k")))).toBe(
    "idempotency-key-reused",
  );
  const patch = { method: "PATCH", body: '{"title":"T"}', headers: idempotent("k") };
  expect((await call(`${url}/v1/sessions/${sessionId}`, patch)).status).toBe(422);
  const sync = { method: "POST", headers: idempotent("k") };
  expect((await call(`${url}/v1/workspaces/${workspaceId}/sync`, sync)).status).toBe(422);
  for (const key of ["", "a b", "ä", "x".repeat(129)])
    expect(
      (await post(`${url}/v1/sessions`, { title: "T" }, idempotent(Buffer.from(key).toString("latin1"))))
        .status,
      key,
    ).toBe(400);
});

test("a request that failed leaves its key free, and nothing of its change", async () => {
  let isBroken = true;
  const { url, storage } = await start({
    handlers: {
      createSession: () => {
        storage.requests.begin("side effect", {
          operationId: "x",
          requestHash: "x",
          at: "2026-11-22T12:00:00.000Z",
        });
        if (isBroken) throw new AppError("session-busy", "Not now.");
        return { status: 201, body: { fine: true } };
      },
    },
  });
  expect((await post(`${url}/v1/sessions`, {}, idempotent("k"))).status).toBe(409);
  expect(storage.requests.find("side effect")).toBeUndefined();
  isBroken = false;
  expect((await post(`${url}/v1/sessions`, {}, idempotent("k"))).json).toEqual({ fine: true });
  expect(storage.requests.find("side effect")).toBeDefined();
});

test("a handler that waits without being marked so changes nothing", async () => {
  const { url, storage } = await start({
    handlers: { createSession: () => Promise.resolve({ status: 201, body: {} }) },
  });
  expect((await post(`${url}/v1/sessions`, {}, idempotent("k"))).status).toBe(500);
  expect(storage.requests.find("k")).toBeUndefined();
});

test("racing duplicates of a waiting operation do its work once, and its commit is in the transaction", async () => {
  let runs = 0;
  const { url, storage } = await start({
    handlers: {
      syncWorkspace: async () => {
        const run = ++runs;
        await sleep(50);
        return () => ({ status: 200, body: { run } });
      },
    },
  });
  const sync = (key: string) =>
    call(`${url}/v1/workspaces/${workspaceId}/sync`, { method: "POST", headers: idempotent(key) });
  const answers = await Promise.all(Array.from({ length: 20 }, () => sync("k")));
  expect(new Set(answers.map(({ text }) => text))).toEqual(new Set(['{"run":1}']));
  expect(runs).toBe(1);
  expect(storage.requests.find("k")?.answer).toEqual({ status: 200, body: { run: 1 } });
  expect((await sync("k")).json).toEqual({ run: 1 });
  expect((await sync("other")).json).toEqual({ run: 2 });
});

test("a waiting operation goes on when its caller is gone, so that asking again brings its answer", async () => {
  let wasAborted = false;
  let runs = 0;
  const { url } = await start({
    handlers: {
      syncWorkspace: async ({ signal }) => {
        runs++;
        await sleep(150);
        wasAborted = signal.aborted;
        return () => ({ status: 200, body: {} });
      },
    },
  });
  const path = `${url}/v1/workspaces/${workspaceId}/sync`;
  const signal = AbortSignal.timeout(50);
  await expect(call(path, { method: "POST", headers: idempotent("k"), signal })).rejects.toThrow("aborted");
  expect((await call(path, { method: "POST", headers: idempotent("k") })).status).toBe(200);
  expect([runs, wasAborted]).toEqual([1, false]);
});

test("without a key a waiting operation hears that its caller has gone", async () => {
  const aborted = Promise.withResolvers<void>();
  const { url } = await start({
    handlers: {
      syncWorkspace: ({ signal }) =>
        new Promise((_resolve, reject) =>
          signal.addEventListener("abort", () => {
            aborted.resolve();
            reject(signal.reason as Error);
          }),
        ),
    },
  });
  const signal = AbortSignal.timeout(50);
  await expect(call(`${url}/v1/workspaces/${workspaceId}/sync`, { method: "POST", signal })).rejects.toThrow(
    "aborted",
  );
  await aborted.promise;
});

test("a waiting operation that fails in a known way frees its key; cut by a crash it is told so", async () => {
  let runs = 0;
  const { url, storage } = await start({
    handlers: {
      syncWorkspace: async () => {
        await sleep(1);
        if (++runs === 1) throw new AppError("sync-refused", "Diverged.");
        if (runs === 3) throw new Error("out of the blue");
        return () => ({ status: 200, body: { runs } });
      },
    },
  });
  const sync = (key: string) =>
    call(`${url}/v1/workspaces/${workspaceId}/sync`, { method: "POST", headers: idempotent(key) });
  expect(codeOf(await sync("k"))).toBe("sync-refused");
  expect((await sync("k")).json).toEqual({ runs: 2 });
  expect(codeOf(await sync("l"))).toBe("internal");
  expect(codeOf(await sync("l"))).toBe("request-interrupted");
  expect(runs).toBe(3);
  expect(storage.requests.find("l")?.answer).toBeNull();
});

test("work that is done is answered, and never done again, when its record cannot be kept", async () => {
  const dataDir = folder();
  let count = 0;
  let lock: Sqlite.Database | undefined;
  const runTool = async () => {
    lock = new Sqlite(join(dataDir, "chat_history.db"));
    lock.exec("BEGIN IMMEDIATE");
    return { status: 200, body: { count: ++count } };
  };
  const { url } = await start({ handlers: { runTool }, dataDir });
  const address = `${url}/v1/sessions/${sessionId}/tools/bash`;
  const first = await post(address, { input: {} }, idempotent("done"));
  lock?.close();
  expect([first.status, first.json]).toEqual([200, { count: 1 }]);
  expect(codeOf(await post(address, { input: {} }, idempotent("done")))).toBe("request-interrupted");
  expect(count).toBe(1);
});
