import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ProblemCode } from "../../lib/errors.ts";
import type { OperationId } from "../../packages/shared/src/index.ts";
import { expectProblem, unknownId } from "../support/claims.ts";
import { converse, messagesOf } from "../support/conversation.ts";
import { startServerProcess, type ServerProcess } from "../support/server-process.ts";
import { says } from "../support/script.ts";
import type { CallOptions } from "../support/server.ts";
import { openTestSocket } from "../support/socket.ts";
import { eventsOf, taskEnded, taskIn, until } from "../support/until.ts";

let server: ServerProcess;
let before: Awaited<ReturnType<typeof stored>>;
let sessionId = "";
let workspaceId = "";
beforeAll(async () => {
  server = await startServerProcess({ env: { TALKCODY_ALLOW_LOCAL_REPOSITORIES: "false" } });
  const talk = await converse(server, [says("Kept.")]);
  await taskEnded(server, talk.taskId);
  ({ sessionId } = talk);
  ({ workspaceId } = (await server.call("getSession", { params: { sessionId } })).body);
  before = await stored();
});
afterAll(() => server.stop());

const json = { "content-type": "application/json" };
const deep = (depth: number) => `{"title":${"[".repeat(depth)}${"]".repeat(depth)}}`;

describe("a repository that is none, or is not allowed", () => {
  const refused: [string, ProblemCode][] = [
    ["ext::sh -c 'touch /tmp/pwned'", "invalid-request"],
    ["ext::sh%20-c%20id", "invalid-request"],
    ["-oProxyCommand=touch", "invalid-request"],
    ["--upload-pack=touch", "invalid-request"],
    ["ssh://-oProxyCommand=touch/x", "invalid-request"],
    ["-oProxyCommand=touch@host:x", "invalid-request"],
    ["git@-oProxyCommand=x:y", "invalid-request"],
    ["https://user:secret@example.com/x.git", "invalid-request"],
    ["https://token@example.com/x.git", "invalid-request"],
    ["http://example.com/x.git", "invalid-request"],
    ["git://example.com/x.git", "invalid-request"],
    ["ftp://example.com/x.git", "invalid-request"],
    ["https://example.com/x.git?a=b", "invalid-request"],
    ["https://example.com/x\n.git", "invalid-request"],
    ["../elsewhere", "invalid-request"],
    ["", "invalid-request"],
    ["x".repeat(5000), "invalid-request"],
    ["file:///etc", "local-repository"],
    ["/etc", "local-repository"],
    ["http://127.0.0.1:9/x.git", "local-repository"],
    ["https://localhost/x.git", "local-repository"],
    ["ssh://git@localhost/x.git", "local-repository"],
    ["git@127.0.0.1:x.git", "local-repository"],
  ];
  test.each(refused)("%s", async (repository, code) => {
    expectProblem(await server.call("createWorkspace", { body: { repository } }), code);
    expectProblem(await server.call("createSession", { body: { workspace: { repository } } }), code);
  });
  test.each(["--upload-pack=x", "-b", "a..b", "a b", "/x", "x.lock/", "é", ""])(
    "branch %s",
    async (branch) => {
      const body = { repository: "https://example.com/x.git", branch };
      expectProblem(await server.call("createWorkspace", { body }), "invalid-request");
    },
  );
});

describe("a path out of the workspace", () => {
  const paths = [
    "../x",
    "a/../../x",
    "/etc/passwd",
    "..",
    "a\0b",
    "",
    ".git/config",
    "..%2f..%2fetc",
    "x".repeat(4097),
    "~root",
    "C:\\x",
  ];
  test.each(paths)("%j", async (path) => {
    for (const operation of ["getWorkspaceContent", "getWorkspaceTree", "getWorkspaceDiff"] as const) {
      const answer = await probe(operation, { params: { workspaceId }, query: { path } });
      const isRefused = answer.status === 400 || answer.status === 404;
      expect(isRefused || answer.bytes.toString(), path).toSatisfy(isRefusedOrEmpty);
    }
  });
});

describe("a body that cannot be taken", () => {
  const bodies: [string, CallOptions, ProblemCode][] = [
    ["no JSON", { body: "{title:1}", headers: json }, "invalid-request"],
    ["half a JSON", { body: '{"title":"x"', headers: json }, "invalid-request"],
    ["nothing", {}, "invalid-request"],
    ["nothing, said to be JSON", { body: "", headers: json }, "invalid-request"],
    ["no UTF-8", { body: Buffer.from([0x22, 0xff, 0xfe, 0x22]), headers: json }, "invalid-request"],
    ["a text", { body: '"x"', headers: json }, "invalid-request"],
    ["deep", { body: deep(100_000), headers: json }, "invalid-request"],
    ["a prototype", { body: '{"__proto__":{"title":"x"}}', headers: json }, "invalid-request"],
    ["a constructor", { body: '{"constructor":{"prototype":{"x":1}}}', headers: json }, "invalid-request"],
    ["a huge number", { body: '{"settings":{"stepsMax":1e999}}', headers: json }, "invalid-request"],
    ["an unknown field", { body: { titel: "x" } }, "invalid-request"],
    ["an unknown field inside", { body: { settings: { autoAprove: true } } }, "invalid-request"],
    ["too large", { body: JSON.stringify({ title: "x".repeat(5_000_000) }), headers: json }, "too-large"],
    [
      "a form",
      { body: "title=x", headers: { "content-type": "application/x-www-form-urlencoded" } },
      "unsupported-media-type",
    ],
    ["XML", { body: "<x/>", headers: { "content-type": "application/xml" } }, "unsupported-media-type"],
    [
      "another charset",
      { body: "{}", headers: { "content-type": "application/json; charset=utf-16" } },
      "unsupported-media-type",
    ],
    [
      "compressed",
      { body: Buffer.from("1f8b", "hex"), headers: { ...json, "content-encoding": "gzip" } },
      "unsupported-media-type",
    ],
    ["a bad idempotency key", { body: {}, headers: { "idempotency-key": "a b" } }, "invalid-request"],
    [
      "a long idempotency key",
      { body: {}, headers: { "idempotency-key": "k".repeat(129) } },
      "invalid-request",
    ],
  ];
  test.each(bodies)("%s", async (_, options, code) => {
    expectProblem(await server.call("createSession", options), code);
  });
});

test("text that is no Unicode is answered as it is stored", async () => {
  const body = '{"title":"a \\ud800 b"}';
  const created = await server.call("createSession", { body, headers: json });
  expect(created.status).toBe(201);
  const params = { sessionId: created.body.id };
  expect((await server.call("getSession", { params })).body).toEqual(created.body);
  const [first] = await eventsOf(server, created.body.id);
  expect(first?.data).toMatchObject({ session: { title: created.body.title } });
  expect((await server.call("deleteSession", { params })).status).toBe(204);
  const workspace = { params: { workspaceId: created.body.workspaceId }, query: { force: true } };
  await until("it is gone", async () => (await server.call("deleteWorkspace", workspace)).status === 204);
});

describe("an id that is none, or belongs to nothing", () => {
  const operations: [OperationId, string, string][] = [
    ["getSession", "sessionId", "ses"],
    ["listMessages", "sessionId", "ses"],
    ["listSessionActions", "sessionId", "ses"],
    ["streamSessionEvents", "sessionId", "ses"],
    ["getTask", "taskId", "tsk"],
    ["getFile", "fileId", "fil"],
    ["getFileContent", "fileId", "fil"],
    ["getWorkspace", "workspaceId", "wsp"],
    ["getWorkspaceStatus", "workspaceId", "wsp"],
    ["getAgent", "agentId", "agt"],
  ];
  test.each(operations)("%s", async (operation, name, prefix) => {
    const known = unknownId(prefix as "ses");
    expectProblem(await probe(operation, { params: { [name]: known } }), "not-found");
    for (const id of [
      known.toUpperCase(),
      known.slice(0, -1),
      `${known}0`,
      "../../etc",
      "%00",
      "x",
      "x".repeat(2000),
      "'; DROP TABLE sessions; --",
    ])
      expectProblem(await probe(operation, { params: { [name]: id } }), "invalid-request");
  });
  test("a cursor and a limit", async () => {
    for (const query of [{ cursor: "x" }, { limit: 0 }, { limit: 201 }, { limit: "many" }, { limit: "1e2x" }])
      expectProblem(await probe("listSessions", { query }), "invalid-request");
    for (const after of ["0", "evt_1_2", "latest ", "evt_0001_00000000001"])
      expectProblem(
        await probe("streamSessionEvents", { params: { sessionId }, query: { after } }),
        "invalid-request",
      );
  });
  test("a path and a method that are not of the contract", async () => {
    for (const path of [
      "/",
      "/v1",
      "/v2/sessions",
      "/v1/sessions/",
      "/v1//sessions",
      "/v1/sessions/%zz",
      "/../etc/passwd",
      "/api-key",
      "/settings.db",
    ]) {
      const answer = await server.request("GET", path);
      expect([400, 404], path).toContain(answer.status);
    }
    for (const method of ["PUT", "TRACE", "PROPFIND"]) {
      const answer = await server.request(method, "/v1/sessions");
      expect([400, 404, 405], method).toContain(answer.status);
    }
  });
});

describe("files of every kind", () => {
  const raw = { "content-type": "application/octet-stream" };
  test.each([
    ["nothing", Buffer.alloc(0), "empty.txt"],
    ["bytes", Buffer.from(Array.from({ length: 256 }, (_, index) => index)), "bytes.bin"],
    ["a NUL in the name", Buffer.from("x"), "a\0b.txt"],
    ["a path as name", Buffer.from("x"), "../../../../etc/passwd"],
    ["line breaks in the name", Buffer.from("x"), "a\r\nX-Evil: 1.txt"],
    ["another script", Buffer.from("x"), "файл 🦊.txt"],
  ])("%s", async (_, bytes, filename) => {
    const answer = await server.call("uploadFile", { body: bytes, headers: raw, query: { filename } });
    expect([201, 400]).toContain(answer.status);
    if (answer.status !== 201) return;
    const params = { fileId: answer.body.id };
    const content = await server.call("getFileContent", { params });
    expect(content.bytes.equals(bytes)).toBe(true);
    expect(content.headers["x-evil"]).toBeUndefined();
    expect(answer.body.name).not.toMatch(/[/\\\0\r\n]/);
    expect((await server.call("deleteFile", { params })).status).toBe(204);
  });
  test("one that is too large", async () => {
    const small = await startServerProcess({ env: { TALKCODY_FILE_BYTES_MAX: "1000" } });
    const upload = (size: number) =>
      small.call("uploadFile", { body: Buffer.alloc(size), headers: raw, query: { filename: "x" } });
    expectProblem(await upload(1001), "too-large");
    const unannounced = { ...raw, "transfer-encoding": "chunked" };
    const cut = { body: Buffer.alloc(200_000), headers: unannounced, query: { filename: "x" } };
    expectProblem(await small.call("uploadFile", cut), "too-large");
    // The unread rest of the body is out of the way of the next request on the same connection.
    expect((await small.call("getServer")).status).toBe(200);
    expect((await upload(1000)).status).toBe(201);
    await small.stop();
  });
  test("a multipart body that is none", async () => {
    for (const type of ["multipart/form-data", "multipart/form-data; boundary=x"]) {
      const answer = await probe("uploadFile", { body: "--y\r\n\r\nz", headers: { "content-type": type } });
      expect([400, 415]).toContain(answer.status);
    }
  });
});

test("frames that are none are answered, and the socket goes on", async () => {
  const socket = await openTestSocket(server);
  const bad = [
    "",
    "{",
    "[]",
    "null",
    '{"type":"subscribe"}',
    '{"type":"nothing","id":"1"}',
    deep(50_000),
    JSON.stringify({ type: "ping", id: "x".repeat(65) }),
  ];
  for (const frame of bad) socket.send(frame);
  await socket.waitFor("as many refusals", () => socket.frames.length === bad.length);
  for (const frame of socket.frames) expect(frame).toMatchObject({ type: "error", problem: { status: 400 } });
  expect(await socket.ask({ type: "ping", id: "p" })).toEqual({ type: "pong", id: "p" });
  const answer = await socket.ask({ type: "subscribe", id: "s", sessionId: unknownId("ses") });
  expect(answer).toMatchObject({ type: "error", problem: { code: "not-found" } });
  socket.close();
});

test("after all this nothing is lost, nothing was added, and the server works", async () => {
  expect(await stored()).toEqual(before);
  expect(server.said()).not.toMatch(/"level":(50|60)/);
  const { taskId } = await converse(server, [says("Still here.")]);
  await taskIn(server, taskId, "completed");
});

async function stored() {
  const list = async (operation: "listSessions" | "listWorkspaces" | "listTasks" | "listAgents") =>
    (await server.call(operation, { query: { limit: 200 } })).body.items;
  return {
    sessions: await list("listSessions"),
    workspaces: await list("listWorkspaces"),
    tasks: await list("listTasks"),
    agents: await list("listAgents"),
    messages: await messagesOf(server, sessionId),
    events: await eventsOf(server, sessionId),
    settings: (await server.call("getSettings")).body,
  };
}

/** Any operation, whatever is wrong with the request. A stream is asked for as a page, so that it ends. */
async function probe(operation: OperationId, options: CallOptions) {
  const answer = await server.call(operation, {
    ...options,
    headers: { accept: "application/json", ...options.headers },
  });
  expect(answer.status, `${operation} ${JSON.stringify(options)}`).toBeLessThan(500);
  return answer;
}

/** Where there is nothing to see, a tree or a diff may say just that. */
function isRefusedOrEmpty(answer: true | string): boolean {
  return answer === true || answer === '{"patch":"","truncated":false}';
}
