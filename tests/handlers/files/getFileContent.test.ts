import { expect, test } from "vitest";
import { expectProblem, expectRefusesStrangers, unknownId } from "../../support/claims.ts";
import { useTestServer } from "../../support/server/use-server.ts";

const server = useTestServer();
const upload = async (bytes: Uint8Array | string, filename: string) =>
  (await server.call("uploadFile", { body: bytes, query: { filename } })).body;
const download = (fileId: string, headers: Record<string, string> = {}) =>
  server.call("getFileContent", { params: { fileId }, headers });

test("getFileContent gives back the very bytes, as an attachment that runs nothing", async () => {
  const bytes = Buffer.from(Array.from({ length: 1000 }, (_, place) => place % 256));
  const file = await upload(bytes, "data.bin");
  const answer = await download(file.id);
  expect(answer.status).toBe(200);
  expect(answer.bytes.equals(bytes)).toBe(true);
  expect(answer.headers).toMatchObject({
    etag: `"${file.sha256}"`,
    "content-length": "1000",
    "content-type": "application/octet-stream",
    "x-content-type-options": "nosniff",
    "content-security-policy": expect.stringContaining("sandbox"),
  });
  expect(answer.headers["content-disposition"]).toMatch(/^attachment; filename="data.bin"/);
});

test("getFileContent shows a safe image in place and nothing else", async () => {
  const png = await upload(Buffer.from("89504e470d0a1a0a0000000d49484452", "hex"), "p.png");
  const svg = await upload('<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>', "p.svg");
  const shown = (await download(png.id)).headers;
  expect([shown["content-type"], shown["content-disposition"]]).toEqual([
    "image/png",
    expect.stringMatching(/^inline/),
  ]);
  const kept = (await download(svg.id)).headers;
  expect([kept["content-type"], kept["content-disposition"]]).toEqual([
    "application/octet-stream",
    expect.stringMatching(/^attachment/),
  ]);
});

test("text is downloaded as bytes; its media type stands with the file", async () => {
  const file = await upload("plain words", "words.txt");
  expect(file.mediaType).toBe("text/plain");
  expect((await download(file.id)).headers["content-type"]).toBe("application/octet-stream");
  expect((await download(file.id, { range: "bytes=0-1" })).headers["content-type"]).toBe(
    "application/octet-stream",
  );
});

test("getFileContent serves one byte range", async () => {
  const { id } = await upload("0123456789", "digits.txt");
  for (const [range, text, where] of [
    ["bytes=2-4", "234", "bytes 2-4/10"],
    ["bytes=7-", "789", "bytes 7-9/10"],
    ["bytes=-3", "789", "bytes 7-9/10"],
    ["bytes=0-99", "0123456789", "bytes 0-9/10"],
  ]) {
    const answer = await download(id, { range: range ?? "" });
    expect([answer.status, answer.bytes.toString()]).toEqual([206, text]);
    expect(answer.headers["content-range"]).toBe(where);
  }
});

test("getFileContent ignores ranges of other forms and refuses those outside", async () => {
  const { id } = await upload("0123456789", "digits.txt");
  for (const range of ["bytes=4-2", "lines=1-2", "bytes=1-2,4-5", "bytes=-", "nonsense"])
    expect((await download(id, { range })).status).toBe(200);
  for (const range of ["bytes=10-", "bytes=10-20", "bytes=-0"])
    expectProblem(await download(id, { range }), "range-not-satisfiable");
  const empty = await upload("", "empty");
  expectProblem(await download(empty.id, { range: "bytes=0-" }), "range-not-satisfiable");
});

test("getFileContent sends nothing to who has the bytes", async () => {
  const { id, sha256 } = await upload("cached", "c.txt");
  for (const tag of [`"${sha256}"`, `W/"${sha256}"`, `"other", "${sha256}"`, "*"]) {
    const answer = await download(id, { "if-none-match": tag });
    expect([answer.status, answer.bytes.length]).toEqual([304, 0]);
  }
  expect((await download(id, { "if-none-match": '"other"' })).status).toBe(200);
});

test("getFileContent names any file without breaking its header", async () => {
  const { id } = await upload("x", 'na"me\r\nSet-Cookie: x=1 ✓.txt');
  const { headers } = await download(id);
  expect(headers["set-cookie"]).toBeUndefined();
  expect(headers["content-disposition"]).toContain("%E2%9C%93");
});

test("getFileContent finds no file that is not there", async () => {
  expectProblem(await download(unknownId("fil")), "not-found");
  expectProblem(await download("..%2f..%2fsettings.db"), "invalid-request");
});

test("getFileContent is for key holders only", async () => {
  const { id: fileId } = await upload("secret", "s.txt");
  await expectRefusesStrangers(server, "getFileContent", {
    request: { params: { fileId } },
    state: async () => null,
  });
});
