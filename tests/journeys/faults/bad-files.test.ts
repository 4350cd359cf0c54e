import { globalAgent } from "node:http";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { expectProblem } from "../../support/claims.ts";
import { startFortress, type Fortress } from "../../support/server/fortress.ts";
import { startServerProcess, type ServerProcess } from "../../support/server/server-process.ts";
import { eventsOf, until } from "../../support/until.ts";

let fortress: Fortress;
let server: ServerProcess;
beforeAll(async () => {
  fortress = await startFortress();
  ({ server } = fortress);
});
afterAll(() => server.stop());

const json = { "content-type": "application/json" };

test("text that is no Unicode is refused, and whole pairs are answered as they are stored", async () => {
  const refused = await server.call("createSession", { body: '{"title":"a \\ud800 b"}', headers: json });
  expectProblem(refused, "invalid-request");
  const created = await server.call("createSession", {
    body: '{"title":"a \\ud83e\\udd8a b"}',
    headers: json,
  });
  expect(created.status).toBe(201);
  expect(created.body.title).toBe("a \u{1f98a} b");
  const params = { sessionId: created.body.id };
  expect((await server.call("getSession", { params })).body).toEqual(created.body);
  const [first] = await eventsOf(server, created.body.id);
  expect(first?.data).toMatchObject({ session: { title: created.body.title } });
  expect((await server.call("deleteSession", { params })).status).toBe(204);
  const workspace = { params: { workspaceId: created.body.workspaceId }, query: { force: true } };
  await until("it is gone", async () => (await server.call("deleteWorkspace", workspace)).status === 204);
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
    onTestFinished(() => small.stop());
    const upload = (size: number) =>
      small.call("uploadFile", { body: Buffer.alloc(size), headers: raw, query: { filename: "x" } });
    expectProblem(await upload(1001), "too-large");
    const unannounced = { ...raw, "transfer-encoding": "chunked" };
    const cut = { body: Buffer.alloc(2_000_000), headers: unannounced, query: { filename: "x" } };
    globalAgent.maxSockets = 1;
    expectProblem(await small.call("uploadFile", cut), "too-large");
    // The unread rest of the body is out of the way of the next request on the same connection.
    expect((await small.call("getServer")).status).toBe(200);
    globalAgent.maxSockets = Infinity;
    expect((await upload(1000)).status).toBe(201);
  });
  test("a multipart body that is none", async () => {
    for (const type of ["multipart/form-data", "multipart/form-data; boundary=x"]) {
      const answer = await fortress.probe("uploadFile", {
        body: "--y\r\n\r\nz",
        headers: { "content-type": type },
      });
      expect([400, 415]).toContain(answer.status);
    }
  });
});

test("after all this nothing is lost, nothing was added, and the server works", async () => {
  await expect(fortress.expectUntouched()).resolves.toBeUndefined();
});
