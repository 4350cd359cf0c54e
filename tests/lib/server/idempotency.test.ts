import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { expect, test } from "vitest";
import { AppError } from "../../../lib/errors.ts";
import { call, codeOf, folder, post, sessionId, sleep, start, until, workspaceId } from "./start-server.ts";

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
        storage.requestDatabases.chat_history.requests.begin("side effect", {
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
  const [asked, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const { url } = await start({
    handlers: {
      syncWorkspace: async ({ signal }) => {
        runs++;
        asked.resolve();
        await released.promise;
        wasAborted = signal.aborted;
        return () => ({ status: 200, body: {} });
      },
    },
  });
  const path = `${url}/v1/workspaces/${workspaceId}/sync`;
  const leaving = new AbortController();
  const left = call(path, { method: "POST", headers: idempotent("k"), signal: leaving.signal });
  void asked.promise.then(() => leaving.abort());
  await expect(left).rejects.toThrow("aborted");
  const again = call(path, { method: "POST", headers: idempotent("k") });
  await sleep(50); // In which the server hears that the caller has gone.
  released.resolve();
  expect((await again).status).toBe(200);
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

test("a waiting operation that failed is done again for the same request, and for no other", async () => {
  let runs = 0;
  const { url, storage } = await start({
    handlers: {
      syncWorkspace: async () => {
        await sleep(1);
        if (++runs === 1) throw new AppError("sync-refused", "Diverged.");
        if (runs === 2) throw new Error("out of the blue");
        return () => ({ status: 200, body: { runs } });
      },
      createSession: () => ({ status: 201, body: {} }),
    },
  });
  const sync = () =>
    call(`${url}/v1/workspaces/${workspaceId}/sync`, { method: "POST", headers: idempotent("k") });
  expect(codeOf(await sync())).toBe("sync-refused");
  expect((await post(`${url}/v1/sessions`, {}, idempotent("k"))).status).toBe(422);
  expect(codeOf(await sync())).toBe("internal");
  expect(storage.requests.find("k")?.answer).toBeNull();
  expect((await sync()).json).toEqual({ runs: 3 });
  expect((await sync()).headers["idempotency-replayed"]).toBe("true");
  expect(runs).toBe(3);
});

test("a request that a former run left unanswered is done again for the same request, and for no other", async () => {
  const dataDir = folder();
  const never = new Promise<never>(() => {});
  const sync = (url: string, id = workspaceId) =>
    call(`${url}/v1/workspaces/${id}/sync`, { method: "POST", headers: idempotent("k") });
  const first = await start({ handlers: { syncWorkspace: () => never }, dataDir });
  sync(first.url).catch(() => undefined);
  await until(() => first.storage.requests.find("k") !== undefined);
  await first.close();
  const syncWorkspace = async () => () => ({ status: 200, body: { life: 2 } });
  const second = await start({ handlers: { syncWorkspace }, dataDir });
  expect(codeOf(await sync(second.url, `wsp_${"1".repeat(26)}`))).toBe("idempotency-key-reused");
  expect((await sync(second.url)).json).toEqual({ life: 2 });
});

test("work that is done is answered when its record cannot be kept", async () => {
  const dataDir = folder();
  let lock: Sqlite.Database | undefined;
  const runTool = async () => {
    lock = new Sqlite(join(dataDir, "chat_history.db"));
    lock.exec("BEGIN IMMEDIATE");
    return { status: 200, body: { done: true } };
  };
  const { url, storage } = await start({ handlers: { runTool }, dataDir });
  const first = await post(`${url}/v1/sessions/${sessionId}/tools/bash`, { input: {} }, idempotent("done"));
  lock?.close();
  expect([first.status, first.json]).toEqual([200, { done: true }]);
  expect(storage.requests.find("done")?.answer).toBeNull();
});

const agent = { name: "A", systemPrompt: "S" };

test("a change of agents.db and the record of its answer are one commit, and a key is one in all databases", async () => {
  const dataDir = folder();
  let count = 0;
  const handlers = {
    createAgent: () => ({ status: 201, body: { count: ++count } }),
    updateSettings: () => ({ status: 200, body: {} }),
    createSession: () => ({ status: 201, body: {} }),
  };
  const first = await start({ handlers, dataDir });
  const create = (url: string) => post(`${url}/v1/agents`, agent, idempotent("k"));
  await create(first.url);
  const { agents, chat_history: chat } = first.storage.requestDatabases;
  expect([agents.requests.find("k")?.answer?.status, chat.requests.find("k")]).toEqual([201, undefined]);
  expect((await post(`${first.url}/v1/sessions`, {}, idempotent("k"))).status).toBe(422);
  const patch = { method: "PATCH", body: '{"settings":{}}', headers: idempotent("k") };
  expect((await call(`${first.url}/v1/settings`, patch)).status).toBe(422);
  await first.close();
  const second = await start({ handlers, dataDir });
  expect((await create(second.url)).json).toEqual({ count: 1 });
});

test("a deletion under a key is answered again, not with 404", async () => {
  let isThere = true;
  const deleteAgent = () => {
    if (!isThere) throw new AppError("not-found", "Gone.");
    isThere = false;
    return { status: 204 };
  };
  const { url } = await start({ handlers: { deleteAgent } });
  const remove = (headers: Record<string, string> = {}) =>
    call(`${url}/v1/agents/agt_${"1".repeat(26)}`, { method: "DELETE", headers });
  const [answer, again] = [await remove(idempotent("k")), await remove(idempotent("k"))];
  expect([answer.status, again.status, again.text]).toEqual([204, 204, ""]);
  expect(again.headers["idempotency-replayed"]).toBe("true");
  expect((await remove()).status).toBe(404);
});
