import { buffer } from "node:stream/consumers";
import { expect, onTestFinished, test } from "vitest";
import type { AnswerEvent } from "../../../lib/server/index.ts";
import { key, sessionId, sleep, start } from "./start-server.ts";

const send = async (answer: AnswerEvent, path: string, body: unknown) => {
  const event = {
    ...{ rawPath: path, rawQueryString: "", requestContext: { http: { method: "POST" } } },
    headers: { host: "localhost", "x-api-key": key, "content-type": "application/json" },
    body: JSON.stringify(body),
  };
  const { meta, stream } = await answer(event, {});
  return { status: meta.statusCode, json: JSON.parse(String(await buffer(stream))) as { code?: string } };
};

test("the function door refuses what needs the process without asking its handler, while the port serves it", async () => {
  const asked: unknown[] = [];
  const sendMessage = ({ body }: { body: unknown }) => {
    asked.push(body);
    return { status: 202, body: {} };
  };
  const { server, url } = await start({ handlers: { sendMessage } });
  const answer = await server.openFunction();
  const path = `/v1/sessions/${sessionId}/messages`;
  expect(await send(answer, path, { content: "Hello" })).toMatchObject({
    status: 501,
    json: { code: "always-on-only" },
  });
  expect(asked).toEqual([]);
  const headers = { "x-api-key": key, "content-type": "application/json" };
  const listening = await fetch(url + path, { method: "POST", headers, body: '{"content":"Hello"}' });
  expect([listening.status, asked]).toEqual([202, [{ content: "Hello" }]]);
});

test("a body that came whole is not waited for once it was answered: there is no connection to cut", async () => {
  const faults: unknown[] = [];
  const note = (error: unknown) => void faults.push(error);
  process.on("uncaughtExceptionMonitor", note);
  onTestFinished(() => void process.off("uncaughtExceptionMonitor", note));
  const createAgent = () => ({ status: 201, body: {} });
  const { server } = await start({ handlers: { createAgent }, limits: { lingerMs: 20 } });
  const answer = await server.openFunction();
  const statuses = [
    await send(answer, "/v1/agents", { name: "A", systemPrompt: "S" }), // Read,
    await send(answer, "/v1/agents", { name: "A" }), // read and refused,
    await send(answer, "/v1/nothing", { name: "A" }), // and not read.
  ].map(({ status }) => status);
  await sleep(100);
  expect([statuses, faults]).toEqual([[201, 400, 404], []]);
});
