import { createServer, type AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { builtInAgentId } from "../../../lib/agent.ts";
import { type CollectedSpan, startCollector } from "../../support/server/collector.ts";
import { converse, toolResult } from "../../support/conversation.ts";
import { follow } from "../../support/clients/follower.ts";
import { asks, calls, says } from "../../support/models/script.ts";
import { freePort, startServerProcess } from "../../support/server/server-process.ts";
import { startTestServer, testKey } from "../../support/server/server.ts";
import { openTestSocket } from "../../support/clients/socket.ts";
import { limitMs } from "../../support/time/limit.ts";
import { taskIn, until } from "../../support/until.ts";

const secret = "collector-secret-1";

async function tracedServer(env: Record<string, string> = {}) {
  const collector = await startCollector();
  const server = await startTestServer({
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, ...env },
  });
  onTestFinished(() => server.stop());
  /** What it sent until its end. */
  const sent = async () => {
    await server.stop();
    return collector.spans();
  };
  return { collector, server, sent };
}

test("a task is one trace: the agent, each request to the model, each tool", async () => {
  const { collector, server, sent } = await tracedServer({
    OTEL_SERVICE_NAME: "desk",
    OTEL_RESOURCE_ATTRIBUTES: "deployment.environment.name=at%20home",
  });
  const steps = [calls("todoWrite", { todos: [] }), says("Done.")];
  const { sessionId, taskId } = await converse(server, steps);
  await taskIn(server, taskId, "completed");
  const spans = await sent();
  const agent = only(spans, `invoke_agent ${builtInAgentId}`);
  expect(agent).toMatchObject({ kind: "internal", parentSpanId: undefined, isError: false });
  expect(agent.attributes).toEqual({
    "gen_ai.operation.name": "invoke_agent",
    "gen_ai.agent.id": builtInAgentId,
    "gen_ai.conversation.id": sessionId,
    "talkcody.task.id": taskId,
    "talkcody.task.state": "completed",
  });
  const children = spans.filter(({ parentSpanId }) => parentSpanId === agent.spanId);
  expect(children.map(({ name }) => name)).toEqual(["chat script", "execute_tool todoWrite", "chat script"]);
  expect(new Set(children.map(({ traceId }) => traceId))).toEqual(new Set([agent.traceId]));
  const [chat, tool] = children;
  expect(chat).toMatchObject({ kind: "client", isError: false });
  expect(chat?.attributes).toMatchObject({
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "scripted",
    "gen_ai.request.model": "script",
    "gen_ai.usage.input_tokens": expect.any(Number),
    "gen_ai.usage.output_tokens": expect.any(Number),
    "gen_ai.response.time_to_first_chunk": expect.any(Number),
  });
  expect(tool?.attributes).toMatchObject({
    "gen_ai.operation.name": "execute_tool",
    "gen_ai.tool.name": "todoWrite",
  });
  expect(collector.resource()).toMatchObject({
    "service.name": "desk",
    "deployment.environment.name": "at home",
  });
});

test("two tasks are two traces, also when the one begins because the other waits for a person", async () => {
  const { server, sent } = await tracedServer({ TALKCODY_RUNNING_TASKS_MAX: "1" });
  const first = await converse(server, [{ ...asks(), delayMs: 200 }]);
  const second = await converse(server, [says("Two.")]);
  await taskIn(server, first.taskId, "waiting");
  await taskIn(server, second.taskId, "completed");
  const agents = (await sent()).filter(({ name }) => name.startsWith("invoke_agent"));
  expect(agents.map(({ attributes }) => attributes["talkcody.task.state"])).toEqual(["completed", "waiting"]);
  expect(agents.map(({ parentSpanId }) => parentSpanId)).toEqual([undefined, undefined]);
  expect(new Set(agents.map(({ traceId }) => traceId)).size).toBe(2);
});

test("each request is a span that continues the trace of its caller", async () => {
  const { server, sent } = await tracedServer();
  const traceId = "0af7651916cd43dd8448eb211c80319c";
  const parent = "b7ad6b7169203331";
  const headers = { traceparent: `00-${traceId}-${parent}-01`, authorization: `Bearer ${testKey}` };
  await fetch(`${server.url}/v1/server`, { headers });
  await fetch(`${server.url}/v1/agents`, { headers: { ...headers, traceparent: "00-nonsense" } });
  await server.call("getSession", { params: { sessionId: "ses_01jd0000000000000000000000" } });
  await fetch(`${server.url}/v1/sessions/a-private-word/nowhere`, { headers });
  const spans = await sent();
  const continued = only(spans, "GET /v1/server");
  expect(continued).toMatchObject({ traceId, parentSpanId: parent, kind: "server", isError: false });
  expect(continued.attributes).toEqual({
    "http.request.method": "GET",
    "url.scheme": "http",
    "http.route": "/v1/server",
    "http.response.status_code": 200,
    "talkcody.operation.id": "getServer",
  });
  expect(only(spans, "GET /v1/agents")).toMatchObject({ parentSpanId: undefined });
  expect(only(spans, "GET /v1/sessions/{sessionId}")).toMatchObject({
    isError: false,
    attributes: {
      "http.response.status_code": 404,
      "error.type": "not-found",
      "gen_ai.conversation.id": "ses_01jd0000000000000000000000",
    },
  });
  expect(only(spans, "GET")).toMatchObject({ attributes: { "http.response.status_code": 404 } });
  expect(JSON.stringify(spans)).not.toContain("a-private-word");
});

test("a trace that its caller does not record is not recorded here either", async () => {
  const { server, sent } = await tracedServer();
  const headers = { authorization: `Bearer ${testKey}` };
  const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00";
  await fetch(`${server.url}/v1/server`, { headers: { ...headers, traceparent } });
  await fetch(`${server.url}/v1/agents`, { headers });
  expect((await sent()).map(({ name }) => name)).toEqual(["GET /v1/agents"]);
});

test("the span of a stream ends with its head, and that of a socket with its handshake", async () => {
  const { server, sent } = await tracedServer();
  const { sessionId, taskId } = await converse(server, [says("Hello.")]);
  const follower = follow(server, sessionId);
  await follower.waitFor("the end", (state) => state.tasks[taskId]?.state === "completed");
  const socket = await openTestSocket(server);
  const openAtMs = Date.now();
  await new Promise((resolve) => setTimeout(resolve, 50));
  const spans = await sent();
  await follower.stop();
  socket.close();
  const stream = only(spans, "GET /v1/sessions/{sessionId}/events");
  expect(stream.attributes["http.response.status_code"]).toBe(200);
  expect(stream.endedAtMs).toBeLessThanOrEqual(openAtMs);
  const handshake = only(spans, "GET /v1/ws");
  expect(handshake.endedAtMs).toBeLessThanOrEqual(openAtMs);
  expect(handshake.attributes["http.response.status_code"]).toBe(101);
});

test("what fails says so by its code: the model, the task, a tool", async () => {
  const { server, sent } = await tracedServer();
  const { taskId } = await converse(server, [
    calls("readFile", { file_path: "no-such-file-of-mine" }),
    { fail: { failure: "unauthorized" } },
  ]);
  await taskIn(server, taskId, "failed");
  const spans = await sent();
  const failed = spans.filter(({ isError }) => isError);
  expect(failed.map(({ name, attributes }) => [name, attributes["error.type"]])).toEqual([
    ["execute_tool readFile", "failed"],
    ["chat script", "unauthorized"],
    [`invoke_agent ${builtInAgentId}`, "model-refused"],
  ]);
  expect(JSON.stringify(spans)).not.toContain("no-such-file");
});

test("no word of anybody, no path and no key is told; the collector's key reaches the collector and no tool", async () => {
  const { collector, server, sent } = await tracedServer({
    OTEL_EXPORTER_OTLP_HEADERS: `x-collector-key=${secret}`,
  });
  const steps = [calls("bash", { command: "echo private-command; env" }), says("private-answer")];
  const settings = { autoApproveCommands: true };
  const { sessionId, taskId } = await converse(server, steps, { title: "private-title", settings });
  await taskIn(server, taskId, "completed");
  const seen = JSON.stringify((await toolResult(server, sessionId)).output);
  expect(seen).toContain("private-command");
  expect(seen).not.toContain(secret);
  expect(seen).not.toContain("OTEL_");
  const folder = server.folder;
  expect((await sent()).map(({ name }) => name)).toContain("execute_tool bash");
  const [first] = collector.received;
  expect([first?.path, first?.headers["x-collector-key"]]).toEqual(["/v1/traces", secret]);
  const all = collector.received.map(({ body }) => body).join("\n");
  for (const word of ["private-", "Play this", testKey, secret, folder]) expect(all).not.toContain(word);
});

test("a collector that is away holds nothing up and costs one line of the log", async () => {
  const away = {
    "nobody is there": `http://127.0.0.1:${await freePort()}`,
    "it refuses": (await startCollector(403)).url,
    "it never answers": await silentCollector(),
  };
  await Promise.all(Object.values(away).map(expectUnaffected));
});

async function expectUnaffected(url: string): Promise<void> {
  const server = await startServerProcess({
    env: {
      OTEL_EXPORTER_OTLP_ENDPOINT: url,
      OTEL_EXPORTER_OTLP_HEADERS: `key=${secret}`,
      OTEL_EXPORTER_OTLP_TIMEOUT: "300",
    },
  });
  onTestFinished(() => server.stop());
  const { taskId } = await converse(server, [says("Hello.")]);
  await taskIn(server, taskId, "completed");
  await until("it says so", () => server.said().includes("Traces cannot be sent"));
  expect((await server.call("getServer")).status).toBe(200);
  expect((await server.end("SIGTERM")).code).toBe(0);
  expect(server.said().match(/Traces cannot be sent/g)).toHaveLength(1);
  expect(server.said()).not.toContain(secret);
}

test("a collector that never answers holds a stop up for two seconds, and not for as long as it may answer", async () => {
  const server = await startServerProcess({
    env: {
      OTEL_EXPORTER_OTLP_ENDPOINT: await silentCollector(),
      OTEL_EXPORTER_OTLP_TIMEOUT: String(limitMs),
    },
  });
  onTestFinished(() => server.stop());
  await server.call("getServer");
  const { code, tookMs } = await server.end("SIGTERM");
  expect(code).toBe(0);
  expect(tookMs).toBeGreaterThan(1500);
});

test("where no traces are asked for, nothing of OpenTelemetry is loaded", async () => {
  const loaded = async (env: Record<string, string>) => {
    const server = await startServerProcess({ env: { NODE_OPTIONS: `--import=${tellTale}`, ...env } });
    onTestFinished(() => server.stop());
    const { taskId } = await converse(server, [says("Hello.")]);
    await taskIn(server, taskId, "completed");
    await server.end("SIGTERM");
    return server.said().includes("loads @opentelemetry/");
  };
  const { url } = await startCollector();
  const asked = { OTEL_EXPORTER_OTLP_ENDPOINT: url };
  expect(await loaded({})).toBe(false);
  expect(await loaded({ ...asked, OTEL_SDK_DISABLED: "true" })).toBe(false);
  expect(await loaded({ ...asked, OTEL_TRACES_EXPORTER: "none" })).toBe(false);
  expect(await loaded(asked)).toBe(true);
});

/** Takes connections, and says nothing. */
async function silentCollector(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Says on the error output what of OpenTelemetry is loaded. */
const tellTale = `data:text/javascript,${encodeURIComponent(`
  import { registerHooks } from "node:module";
  registerHooks({ resolve: (name, context, next) => {
    if (name.startsWith("@opentelemetry/")) process.stderr.write("loads " + name + "\\n");
    return next(name, context);
  } });
`)}`;

function only(spans: readonly CollectedSpan[], name: string): CollectedSpan {
  const found = spans.filter((span) => span.name === name);
  expect(found, spans.map((span) => span.name).join(", ")).toHaveLength(1);
  return found[0] as CollectedSpan;
}
