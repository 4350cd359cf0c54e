import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ProblemCode } from "../../../lib/errors.ts";
import type { OperationId } from "../../../packages/shared/src/index.ts";
import { expectProblem, unknownId } from "../../support/claims.ts";
import { startFortress, type Fortress } from "../../support/server/fortress.ts";
import type { ServerProcess } from "../../support/server/server-process.ts";
import type { CallOptions } from "../../support/server/server.ts";
import { openTestSocket } from "../../support/clients/socket.ts";

let fortress: Fortress;
let server: ServerProcess;
beforeAll(async () => {
  fortress = await startFortress();
  ({ server } = fortress);
});
afterAll(() => server.stop());

const json = { "content-type": "application/json" };
const deep = (depth: number) => `{"title":${"[".repeat(depth)}${"]".repeat(depth)}}`;

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
    expectProblem(await fortress.probe(operation, { params: { [name]: known } }), "not-found");
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
      expectProblem(await fortress.probe(operation, { params: { [name]: id } }), "invalid-request");
  });
  test("a cursor and a limit", async () => {
    for (const query of [{ cursor: "x" }, { limit: 0 }, { limit: 201 }, { limit: "many" }, { limit: "1e2x" }])
      expectProblem(await fortress.probe("listSessions", { query }), "invalid-request");
    for (const after of ["0", "evt_1_2", "latest ", "evt_0001_00000000001"])
      expectProblem(
        await fortress.probe("streamSessionEvents", {
          params: { sessionId: fortress.sessionId },
          query: { after },
        }),
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
  await expect(fortress.expectUntouched()).resolves.toBeUndefined();
});
