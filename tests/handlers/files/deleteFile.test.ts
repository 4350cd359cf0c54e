import { expect, test } from "vitest";
import { expectProblem, expectRefusesStrangers, unknownId } from "../../support/claims.ts";
import { createSession } from "../../support/conversation.ts";
import { taskIn } from "../../support/until.ts";
import { useTestServer } from "../../support/server/use-server.ts";

const server = useTestServer();
const remove = (fileId: string) => server.call("deleteFile", { params: { fileId } });
const upload = async () => (await server.call("uploadFile", { body: "text" })).body;

test("deleteFile takes the file and its bytes", async () => {
  const { id: fileId } = await upload();
  expect((await remove(fileId)).status).toBe(204);
  expectProblem(await server.call("getFile", { params: { fileId } }), "not-found");
  expectProblem(await server.call("getFileContent", { params: { fileId } }), "not-found");
  expectProblem(await remove(fileId), "not-found");
});

test("deleteFile refuses while a message refers to the file, and works when its session is gone", async () => {
  const { id: fileId } = await upload();
  const session = await createSession(server, { model: "echo@scripted" });
  const params = { sessionId: session.id };
  const sent = await server.call("sendMessage", { params, body: { content: "See", fileIds: [fileId] } });
  expectProblem(await remove(fileId), "file-in-use");
  await taskIn(server, sent.body.task.id, "completed");
  await server.call("deleteSession", { params });
  expect((await remove(fileId)).status).toBe(204);
});

test("deleteFile finds no file that is not there", async () => {
  expectProblem(await remove(unknownId("fil")), "not-found");
  expectProblem(await remove("fil_"), "invalid-request");
});

test("deleteFile is for key holders only", async () => {
  const { id: fileId } = await upload();
  const state = async () => (await server.call("getFile", { params: { fileId } })).body;
  await expectRefusesStrangers(server, "deleteFile", { request: { params: { fileId } }, state });
});
