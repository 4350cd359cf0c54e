import { expect, test } from "vitest";
import { expectProblem, expectRefusesStrangers, unknownId } from "../../support/claims.ts";
import { useTestServer } from "../../support/server/use-server.ts";

const server = useTestServer();
const get = (fileId: string) => server.call("getFile", { params: { fileId } });
const upload = async () =>
  (await server.call("uploadFile", { body: "text", query: { filename: "a.txt" } })).body;

test("getFile tells what uploadFile told", async () => {
  const file = await upload();
  const { status, body } = await get(file.id);
  expect(status).toBe(200);
  expect(body).toEqual(file);
});

test("getFile finds no file that is not there", async () => {
  expectProblem(await get(unknownId("fil")), "not-found");
  for (const id of ["1", "fil_", "fil_../../../../etc/passwd"])
    expectProblem(await get(id), "invalid-request");
});

test("getFile is for key holders only", async () => {
  const { id: fileId } = await upload();
  await expectRefusesStrangers(server, "getFile", {
    request: { params: { fileId } },
    state: async () => null,
  });
});
