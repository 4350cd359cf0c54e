import { randomBytes } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { buffer } from "node:stream/consumers";
import { expect, test } from "vitest";
import { createFunction } from "../../deploy/lambda/create-function.ts";
import { openFunction } from "../../deploy/lambda/open-function.ts";
import { loadConfig } from "../../lib/config/config.ts";
import type { FunctionEvent } from "../../lib/server/index.ts";
import { tempFolder } from "../lib/storage/temp-storage.ts";
import { invoke } from "../support/function/runtime.ts";
import { testKey } from "../support/server/server.ts";

const mebibyte = 1024 * 1024;

test("a large answer leaves in pieces, as fast as it is taken, and the data is let go of after the last one", async () => {
  const { handler, opened } = functionOnFreshFolder();
  const bytes = randomBytes(24 * mebibyte);
  const stored = await invoke(handler, event("POST", "/v1/files", bytes));
  const { id } = JSON.parse(String(await buffer(stored.body))) as { id: string };
  await stored.done;
  expect(opened).toEqual(["open", "close"]);

  const { meta, body, done } = await invoke(handler, event("GET", `/v1/files/${id}/content`));
  expect([meta.statusCode, meta.headers["content-length"]]).toEqual([200, String(bytes.length)]);
  await pause(200);
  expect(body.readableLength).toBeLessThan(mebibyte); // The rest is still on the disk.
  expect(opened).toEqual(["open", "close", "open"]);
  expect((await buffer(body)).equals(bytes)).toBe(true);
  await done;
  expect(opened).toEqual(["open", "close", "open", "close"]);
});

test("a part of a file, its headers alone, and nothing at all are answers too", async () => {
  const { handler } = functionOnFreshFolder();
  const stored = await invoke(handler, event("POST", "/v1/files", Buffer.from("0123456789")));
  const { id } = JSON.parse(String(await buffer(stored.body))) as { id: string };
  const path = `/v1/files/${id}/content`;
  const ask = async (method: string, at: string, headers: Record<string, string> = {}) => {
    const { meta, body } = await invoke(handler, event(method, at, undefined, headers));
    return [meta.statusCode, meta.headers["content-length"], String(await buffer(body))];
  };
  expect(await ask("GET", path, { range: "bytes=2-5" })).toEqual([206, "4", "2345"]);
  expect(await ask("HEAD", path)).toEqual([200, "10", ""]);
  expect(await ask("GET", path, { "if-none-match": "*" })).toEqual([304, undefined, ""]);
  expect(await ask("DELETE", `/v1/files/${id}`)).toEqual([204, undefined, ""]);
});

test("an answer that breaks on its way is a failure of the function, not a short answer", async () => {
  const { handler } = functionOnFreshFolder();
  const stored = await invoke(handler, event("POST", "/v1/files", randomBytes(8 * mebibyte)));
  const { id } = JSON.parse(String(await buffer(stored.body))) as { id: string };
  await stored.done;
  const { body, done } = await invoke(handler, event("GET", `/v1/files/${id}/content`));
  body.destroy();
  await expect(done).rejects.toThrow(/Premature close/);
  const next = await invoke(handler, event("GET", "/v1/agents"));
  expect(next.meta.statusCode).toBe(200);
});

function functionOnFreshFolder() {
  const dataDir = tempFolder();
  const env = { HOME: dataDir, TALKCODY_DATA_DIR: dataDir, TALKCODY_API_KEY: testKey };
  const config = loadConfig({ PATH: process.env["PATH"], ...env });
  const opened: string[] = [];
  const handler = createFunction(async () => {
    const { value, close } = await openFunction(config);
    opened.push("open");
    const closeAndNote = () => close().then(() => void opened.push("close"));
    return { value, close: closeAndNote };
  });
  return { handler, opened };
}

function event(
  method: string,
  rawPath: string,
  body?: Buffer,
  more: Record<string, string> = {},
): FunctionEvent {
  const type = body === undefined ? {} : { "content-type": "application/octet-stream" };
  return {
    ...{ rawPath, rawQueryString: "", requestContext: { http: { method } } },
    headers: { host: "localhost", "x-api-key": testKey, ...type, ...more },
    ...(body === undefined ? {} : { body: body.toString("base64"), isBase64Encoded: true }),
  };
}
