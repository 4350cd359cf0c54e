import { readFileSync } from "node:fs";
import { expect, onTestFinished, test } from "vitest";
import { loadConfig } from "../../../lib/config/config.ts";
import { startCollector } from "../../support/server/collector.ts";
import { converse } from "../../support/conversation.ts";
import { calls, type Step } from "../../support/models/script.ts";
import { startTestServer } from "../../support/server/server.ts";
import { taskIn } from "../../support/until.ts";

const collector = "http://127.0.0.1:4318";

function tracesOf(env: Record<string, string>) {
  return loadConfig({ HOME: "/", ...env }).traces;
}

test("the address for traces goes before the one for everything, and none means no traces", () => {
  expect(tracesOf({})).toBeUndefined();
  expect(tracesOf({ OTEL_EXPORTER_OTLP_ENDPOINT: `${collector}/base/` })?.url).toBe(
    `${collector}/base/v1/traces`,
  );
  const own = { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${collector}/mine` };
  expect(tracesOf({ ...own, OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.2" })?.url).toBe(
    `${collector}/mine`,
  );
  expect(tracesOf({ ...own, OTEL_SDK_DISABLED: "true" })).toBeUndefined();
  expect(tracesOf({ ...own, OTEL_SDK_DISABLED: "false" })).toBeDefined();
  expect(tracesOf({ ...own, OTEL_TRACES_EXPORTER: "none" })).toBeUndefined();
  expect(tracesOf({ ...own, OTEL_TRACES_EXPORTER: "otlp" })).toBeDefined();
});

test("what the environment says of a server, of headers, time and samples is heard", () => {
  const traces = tracesOf({
    OTEL_EXPORTER_OTLP_ENDPOINT: collector,
    OTEL_EXPORTER_OTLP_HEADERS: "Authorization=Basic%20YTpi==,x-team=one",
    OTEL_EXPORTER_OTLP_TRACES_HEADERS: "x-team=two",
    OTEL_EXPORTER_OTLP_TIMEOUT: "2000",
    OTEL_SERVICE_NAME: "desk",
    OTEL_RESOURCE_ATTRIBUTES: "service.name=overridden, host.name=a%2Cb",
    OTEL_TRACES_SAMPLER: "traceidratio",
    OTEL_TRACES_SAMPLER_ARG: "0.25",
  });
  expect(traces).toEqual({
    url: `${collector}/v1/traces`,
    headers: { Authorization: "Basic YTpi==", "x-team": "two" },
    timeoutMs: 2000,
    resource: { "service.name": "desk", "host.name": "a,b" },
    sampler: "traceidratio",
    sampledRatio: 0.25,
  });
});

test("a mistake is named, and a header that holds a key is not repeated", () => {
  const wrong = () =>
    tracesOf({
      OTEL_EXPORTER_OTLP_ENDPOINT: collector,
      OTEL_EXPORTER_OTLP_PROTOCOL: "grpc",
      OTEL_EXPORTER_OTLP_HEADERS: "collector-secret-1",
      OTEL_TRACES_SAMPLER: "sometimes",
      OTEL_TRACES_SAMPLER_ARG: "1.5",
    });
  for (const name of ["OTLP_PROTOCOL", "OTLP_HEADERS", "TRACES_SAMPLER ", "TRACES_SAMPLER_ARG"])
    expect(wrong).toThrow(name);
  expect(wrong).not.toThrow("collector-secret-1");
});

test.each([
  ["always_off", "1", 0],
  ["parentbased_always_off", "1", 0],
  ["traceidratio", "0", 0],
  ["parentbased_traceidratio", "0", 0],
  ["traceidratio", "1", 1],
  ["always_on", "0", 1],
])("the sampler %s with %s records %i of one request", async (sampler, argument, count) => {
  const { url, spans } = await startCollector();
  const env = {
    OTEL_EXPORTER_OTLP_ENDPOINT: url,
    OTEL_TRACES_SAMPLER: sampler,
    OTEL_TRACES_SAMPLER_ARG: argument,
  };
  const server = await startTestServer({ env });
  await server.call("getServer");
  await server.stop();
  expect(spans()).toHaveLength(count);
});

test("each environment in the guide to traces is one that sends traces", () => {
  const guide = readFileSync("docs/guides/traces.md", "utf8");
  const blocks = [...guide.matchAll(/^```sh\n([\s\S]*?)^```/gm)].map(([, block = ""]) => block);
  const told = blocks.map((block) =>
    tracesOf(
      Object.fromEntries([...block.matchAll(/(OTEL_\w+)=(\S+)/g)].map(([, name, value]) => [name, value])),
    ),
  );
  expect(told.map((traces) => [traces?.url, traces?.headers])).toEqual([
    [`${collector}/v1/traces`, {}],
    ["https://api.honeycomb.io/v1/traces", { "x-honeycomb-team": "your-ingest-key" }],
    [
      "https://otlp-gateway-prod-eu-west-2.grafana.net/otlp/v1/traces",
      { Authorization: `Basic ${btoa("instance:token")}` },
    ],
  ]);
});

test("the guide names each attribute of each kind of span, and no other", async () => {
  const { url, spans } = await startCollector();
  const server = await startTestServer({ env: { OTEL_EXPORTER_OTLP_ENDPOINT: url } });
  onTestFinished(() => server.stop());
  const steps: Step[] = [calls("readFile", { file_path: "nowhere" }), { fail: { failure: "refused" } }];
  const { sessionId, taskId } = await converse(server, steps);
  await taskIn(server, taskId, "failed");
  await server.call("getSession", { params: { sessionId } });
  await server.call("getTask", { params: { taskId: "tsk_01jd0000000000000000000000" } });
  await server.stop();
  const keysOf = (kind: RegExp) => {
    const found = spans().filter(({ name }) => kind.test(name));
    return [...new Set(found.flatMap(({ attributes }) => Object.keys(attributes)))].toSorted();
  };
  const rows = readFileSync("docs/guides/traces.md", "utf8")
    .split("\n")
    .filter((line) => line.startsWith("| `"))
    .map((line) =>
      [...(line.split(" | ")[2] ?? "").matchAll(/`([\w.]+)`/g)].map(([, key]) => key).toSorted(),
    );
  expect(rows).toEqual([/^GET /, /^invoke_agent/, /^chat/, /^execute_tool/].map(keysOf));
});
