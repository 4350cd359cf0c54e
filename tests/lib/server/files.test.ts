import { createHash } from "node:crypto";
import { connect } from "node:net";
import { expect, test } from "vitest";
import { AppError } from "../../../lib/errors.ts";
import type { Upload } from "../../../lib/ports/handler.ts";
import { call, codeOf, fileId, key, raw, sleep, start, type Answer } from "./start-server.ts";

const seen: { filename: string | null; size: number; sha256: string }[] = [];

async function uploadFile({ body }: { body: Upload }) {
  const hash = createHash("sha256");
  let size = 0;
  for await (const chunk of body.bytes) {
    hash.update(chunk);
    size += chunk.length;
  }
  const file = { filename: body.filename, size, sha256: hash.digest("hex") };
  return () => {
    seen.push(file);
    return { status: 201, body: file };
  };
}

function multipart(parts: { name: string; filename?: string; content: Buffer | string }[]): {
  body: Buffer;
  headers: Record<string, string>;
} {
  const pieces = parts.flatMap(({ name, filename, content }) => {
    const label = filename === undefined ? "" : `; filename="${filename}"\r\nContent-Type: image/png`;
    return [
      Buffer.from(`--cut\r\nContent-Disposition: form-data; name="${name}"${label}\r\n\r\n`),
      Buffer.from(content),
      Buffer.from("\r\n"),
    ];
  });
  return {
    body: Buffer.concat([...pieces, Buffer.from("--cut--\r\n")]),
    headers: { "content-type": "multipart/form-data; boundary=cut" },
  };
}

const octets = { "content-type": "application/octet-stream" };

test("raw bytes and one multipart part arrive as the same stream", async () => {
  const { url } = await start({ handlers: { uploadFile } });
  const content = Buffer.alloc(700_000, "abc");
  const sha256 = createHash("sha256").update(content).digest("hex");
  const bytes = await call(`${url}/v1/files?filename=a%20%C3%A4.png`, {
    method: "POST",
    body: content,
    headers: octets,
  });
  expect([bytes.status, bytes.json]).toEqual([201, { filename: "a ä.png", size: 700_000, sha256 }]);
  const form = await call(`${url}/v1/files`, {
    method: "POST",
    ...multipart([{ name: "file", filename: "ä.png", content }]),
  });
  expect([form.status, form.json]).toEqual([201, { filename: "ä.png", size: 700_000, sha256 }]);
  const nameless = await call(`${url}/v1/files`, { method: "POST", body: "x", headers: octets });
  expect(nameless.json["filename"]).toBeNull();
});

test("a multipart body that is not one part named file stores nothing", async () => {
  const { url } = await start({ handlers: { uploadFile } });
  const file = { name: "file", filename: "a", content: "abc" };
  const before = seen.length;
  const bad = [
    multipart([]),
    multipart([{ name: "file", content: "no filename" }]),
    multipart([{ ...file, name: "other" }]),
    multipart([file, file]),
    multipart([file, { name: "note", content: "x" }]),
    multipart([{ name: "note", content: "x" }, file]),
    { ...multipart([file]), body: multipart([file]).body.subarray(0, -12) },
    { body: Buffer.from("nonsense"), headers: { "content-type": "multipart/form-data; boundary=cut" } },
  ];
  for (const [place, request] of bad.entries()) {
    const answer = await call(`${url}/v1/files`, { method: "POST", ...request });
    expect([answer.status, codeOf(answer)], `case ${place}`).toEqual([400, "invalid-request"]);
  }
  expect(seen).toHaveLength(before);
  const unbound = { method: "POST", body: "x", headers: { "content-type": "multipart/form-data" } };
  expect((await call(`${url}/v1/files`, unbound)).status).toBe(400);
  expect((await call(`${url}/v1/files`, { method: "POST", body: "{}" })).status).toBe(415);
});

test("too many bytes are refused, announced or not, and a stalled upload is cut", async () => {
  const { url, port } = await start({
    handlers: { uploadFile },
    config: { fileBytesMax: 1000 },
    limits: { uploadIdleMs: 100, lingerMs: 100 },
  });
  const announced = await call(`${url}/v1/files`, {
    method: "POST",
    body: Buffer.alloc(1001),
    headers: octets,
  });
  expect(codeOf(announced)).toBe("too-large");
  expect(
    (await call(`${url}/v1/files`, { method: "POST", body: Buffer.alloc(1000), headers: octets })).status,
  ).toBe(201);
  const head = `POST /v1/files HTTP/1.1\r\nHost: localhost\r\nX-API-Key: ${key}\r\nContent-Type: application/octet-stream\r\n`;
  const chunk = `3e9\r\n${"x".repeat(1001)}\r\n`;
  expect(await raw(port, `${head}Transfer-Encoding: chunked\r\n\r\n${chunk}`)).toMatch(/^HTTP\/1.1 413 /);
  expect(await raw(port, `${head}Content-Length: 10\r\n\r\nabc`)).toBe("");
});

test("an upload that is cut leaves its key free; the same bytes again are answered from the record, others refused", async () => {
  const { url, port, storage } = await start({ handlers: { uploadFile } });
  const lines = [
    "POST /v1/files HTTP/1.1",
    "Host: localhost",
    `X-API-Key: ${key}`,
    "Idempotency-Key: k",
    "Content-Type: application/octet-stream",
    "Content-Length: 3",
  ];
  const socket = connect(port, "127.0.0.1", () => socket.write(`${lines.join("\r\n")}\r\n\r\na`));
  await sleep(50);
  socket.destroy();
  await sleep(50);
  expect(storage.requests.find("k")).toBeUndefined();
  const upload = (body: string) =>
    call(`${url}/v1/files`, { method: "POST", body, headers: { ...octets, "idempotency-key": "k" } });
  const first = await upload("abc");
  const again = await upload("abc");
  expect([first.status, again.text, again.headers["idempotency-replayed"]]).toEqual([
    201,
    first.text,
    "true",
  ]);
  expect((await upload("abcd")).status).toBe(422);
  expect((await upload("abd")).status).toBe(422); // As long, and yet another.
});

async function* bytesOf(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
  await sleep(1);
}

test("a file is served so that no browser runs it, whatever its name", async () => {
  const file = {
    sizeBytes: 5,
    mediaType: "text/html",
    name: 'a"b\r\n%ä;.html',
    isInline: false,
    sha256: "ab".repeat(32),
  };
  const { url } = await start({
    handlers: { getFileContent: () => ({ status: 200, file: { ...file, bytes: bytesOf("hello") } }) },
  });
  const check = (answer: Answer) => {
    expect(answer.status).toBe(200);
    expect(answer.headers).toMatchObject({
      "content-type": "text/html",
      "content-length": "5",
      "content-disposition": `attachment; filename="a_b____;.html"; filename*=UTF-8''a%22b%0D%0A%25%C3%A4%3B.html`,
      "content-security-policy": "sandbox; default-src 'none'",
      "cross-origin-resource-policy": "same-origin",
      "x-content-type-options": "nosniff",
      "accept-ranges": "bytes",
      etag: `"${"ab".repeat(32)}"`,
    });
  };
  const answer = await call(`${url}/v1/files/${fileId}/content`);
  check(answer);
  expect(answer.text).toBe("hello");
  const head = await call(`${url}/v1/files/${fileId}/content`, { method: "HEAD" });
  check(head);
  expect(head.text).toBe("");
});

test("a range, an unchanged file and a range outside are answered as HTTP has it", async () => {
  const file = {
    sizeBytes: 2,
    mediaType: "image/png",
    name: "a.png",
    isInline: true,
    range: { start: 1, end: 2, totalBytes: 5 },
  };
  const { url } = await start({
    handlers: {
      getFileContent: ({ headers }) => {
        if (headers["If-None-Match"]) return { status: 304 };
        if (headers.Range === "bytes=9-")
          throw new AppError("range-not-satisfiable", "The file has 5 bytes.");
        return { status: 206, file: { ...file, bytes: bytesOf("el") } };
      },
    },
  });
  const path = `${url}/v1/files/${fileId}/content`;
  const part = await call(path, { headers: { range: "bytes=1-2" } });
  expect([part.status, part.text, part.headers["content-range"]]).toEqual([206, "el", "bytes 1-2/5"]);
  expect(part.headers["content-disposition"]).toMatch(/^inline; /);
  const same = await call(path, { headers: { "if-none-match": '"x"' } });
  expect([same.status, same.text]).toEqual([304, ""]);
  expect((await call(path, { headers: { range: "bytes=9-" } })).status).toBe(416);
});

test("bytes that break off break the answer off, so that nobody takes half a file for a whole one", async () => {
  const broken = async function* (): AsyncGenerator<Uint8Array> {
    yield Buffer.from("ab");
    await sleep(1);
    throw new Error("disk gone");
  };
  const file = { sizeBytes: 5, mediaType: "text/plain", name: "a", isInline: false };
  const { url } = await start({
    handlers: { getFileContent: () => ({ status: 200, file: { ...file, bytes: broken() } }) },
  });
  await expect(call(`${url}/v1/files/${fileId}/content`)).rejects.toThrow("aborted");
});
