import { createHash } from "node:crypto";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { expectProblem, expectRefusesStrangers, expectWorksOnce } from "../../support/claims.ts";
import { useTestServer } from "../../support/server/use-server.ts";

const server = useTestServer({ env: { TALKCODY_FILE_BYTES_MAX: "100000" } });
const upload = (body: Uint8Array | string, query = {}, headers = {}) =>
  server.call("uploadFile", { body, query, headers });
const onDisk = () => {
  const folder = join(server.dataDir, "attachments");
  return readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
    .length;
};

function multipart(parts: string): { body: string; headers: Record<string, string> } {
  const body = `${parts.replaceAll("\n", "\r\n")}\r\n--edge--\r\n`;
  return { body, headers: { "content-type": "multipart/form-data; boundary=edge" } };
}
const filePart =
  '--edge\nContent-Disposition: form-data; name="file"; filename="note.txt"\nContent-Type: text/html\n\n<b>hi</b>';

test("uploadFile stores raw bytes under a label, with their hash", async () => {
  const bytes = Buffer.from("Plain text.\n");
  const { status, body } = await upload(bytes, { filename: "notes.txt" });
  expect(status).toBe(201);
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  expect(body).toMatchObject({ name: "notes.txt", sizeBytes: 12, sha256, mediaType: "text/plain" });
});

test("uploadFile takes one multipart part named file", async () => {
  const { body, headers } = multipart(filePart);
  const answer = await upload(body, {}, headers);
  expect(answer.status).toBe(201);
  expect(answer.body).toMatchObject({ name: "note.txt", sizeBytes: 9 });
});

test("uploadFile sniffs the type and believes neither name nor header", async () => {
  const png = Buffer.from("89504e470d0a1a0a0000000d49484452", "hex");
  expect((await upload(png, { filename: "page.html" })).body.mediaType).toBe("image/png");
  const html = (await upload("<script>alert(1)</script>", { filename: "picture.png" })).body.mediaType;
  expect(html).not.toMatch(/html|png/);
  expect((await upload(Buffer.from([0, 1, 2, 255]), { filename: "x.txt" })).body.mediaType).toBe(
    "application/octet-stream",
  );
});

test("uploadFile takes names for labels: no folders, no control or direction characters", async () => {
  const names = ["../../etc/passwd", "C:\\temp\\passwd", "pass\u202ewd", "a/../passwd", "passwd\u0000"];
  for (const filename of names) expect((await upload("x", { filename })).body.name).toBe("passwd");
  for (const filename of ["..", "/", "\u200b"])
    expect((await upload("x", { filename })).body.name).toBe("file");
  expect((await upload("x")).body.name).toBe("file");
});

test("uploadFile keeps an empty file", async () => {
  expect((await upload("")).body.sizeBytes).toBe(0);
});

test("uploadFile refuses what is over the limit and leaves nothing behind", async () => {
  const before = onDisk();
  expectProblem(await upload(Buffer.alloc(100_001)), "too-large");
  const large = multipart(filePart.replace("<b>hi</b>", "x".repeat(100_001)));
  expectProblem(await upload(large.body, {}, large.headers), "too-large");
  expect(onDisk()).toBe(before);
  expect((await upload(Buffer.alloc(100_000))).status).toBe(201);
});

test("uploadFile refuses other types and forms without exactly one file", async () => {
  expectProblem(await upload("{}", {}, { "content-type": "application/json" }), "unsupported-media-type");
  expectProblem(await server.call("uploadFile"), "invalid-request");
  const before = onDisk();
  const named = multipart(filePart.replace('name="file"', 'name="picture"'));
  const twice = multipart(`${filePart}\n${filePart}`);
  const none = multipart('--edge\nContent-Disposition: form-data; name="note"\n\ntext');
  for (const { body, headers } of [named, twice, none])
    expectProblem(await upload(body, {}, headers), "invalid-request");
  expectProblem(await upload("x", { filename: "" }), "invalid-request");
  expectProblem(await upload("x", { filename: "x".repeat(256) }), "invalid-request");
  expect(onDisk()).toBe(before);
});

test("uploadFile works once for each idempotency key", async () => {
  await expectWorksOnce(server, "uploadFile", {
    request: { query: { filename: "once.txt" }, body: "once" },
    other: { query: { filename: "once.txt" }, body: "twice" },
    effects: onDisk,
  });
});

test("uploadFile is for key holders only", async () => {
  await expectRefusesStrangers(server, "uploadFile", { request: { body: "x" }, state: async () => onDisk() });
});
