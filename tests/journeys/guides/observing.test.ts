import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { parse } from "yaml";
import { loadConfig } from "../../../lib/config/config.ts";
import { blocksOf } from "../../support/guides/blocks.ts";
import { runWithStandIns } from "../../support/guides/stand-ins.ts";
import { freePort, root, startServerProcess } from "../../support/server/server-process.ts";
import { until } from "../../support/until.ts";

test("the requests of the guide to observing are answered, and its rule watches a metric that is there", async () => {
  const port = await freePort();
  const server = await startServerProcess({ env: { TALKCODY_PRIVATE_PORT: String(port) } });
  onTestFinished(() => server.stop());
  const page = "docs/guides/observe.md";
  const [script] = blocksOf(page, "sh");
  const addresses = (script?.text ?? "").match(/http:\/\/127\.0\.0\.1:9090\/\w+/g) ?? [];
  const ask = async (address: string) => fetch(address.replace("9090", String(port)));
  expect(addresses.map((address) => new URL(address).pathname)).toEqual(["/ready", "/metrics"]);
  await until("it is ready", async () => (await ask(String(addresses[0]))).status === 200);
  const metrics = await (await ask(String(addresses[1]))).text();
  expect(script?.text).toContain("grep ^talkcody_");
  expect(metrics).toMatch(/^talkcody_/m);

  const [scrape, rules] = blocksOf(page, "yaml").map(({ text }) => parse(text) as Record<string, unknown>);
  expect(JSON.stringify(scrape?.["scrape_configs"])).toContain('"127.0.0.1:9090"');
  const [, metric = "none"] = /max by \(alarm\) \((\w+)\)/.exec(JSON.stringify(rules)) ?? [];
  expect(metrics).toContain(`# TYPE ${metric} gauge`);
});

/** Stands for `npm start` and tells with which variables it was started. */
const environmentTold = () => JSON.stringify(process.env) + "\n";

/** What the server would make of the variables of each `npm start` in the script. */
async function startedWith(script: string) {
  const programs = { npm: environmentTold, docker: "" };
  const { exit, err, out, calls } = await runWithStandIns(script, { programs });
  expect([exit, err]).toEqual([0, ""]);
  const configs = out
    .trim()
    .split("\n")
    .map((line) => loadConfig(JSON.parse(line) as Record<string, string>));
  return { configs, calls };
}

test("each collector of the guide to traces is one that the server takes", async () => {
  const blocks = blocksOf("docs/guides/traces.md", "sh");
  const started = await Promise.all(blocks.map(({ text }) => startedWith(text)));
  const traces = started.map(({ configs: [config] }) => config?.traces);
  expect(traces.map((told) => told?.url)).toEqual([
    "http://127.0.0.1:4318/v1/traces",
    "https://api.honeycomb.io/v1/traces",
    "https://otlp-gateway-prod-eu-west-2.grafana.net/otlp/v1/traces",
  ]);
  expect(traces.map((told) => told?.headers)).toEqual([
    {},
    { "x-honeycomb-team": "your-ingest-key" },
    { Authorization: "Basic aW5zdGFuY2U6dG9rZW4=" },
  ]);
  expect(started[0]?.calls[0]).toEqual([
    ...["docker", "run", "-d", "-p", "16686:16686", "-p", "4318:4318", "jaegertracing/jaeger"],
  ]);
});

test("the README's commands are those of package.json, and its variables choose a model that is configured", async () => {
  const [first, second] = blocksOf("README.md", "sh");
  const { calls } = await runWithStandIns(first?.text ?? "", { programs: { npm: "" } });
  expect(calls.map((call) => call.join(" "))).toEqual([
    ...["npm ci", "npm start", "npm ci", "npm test", "npm run demo"],
  ]);
  const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { scripts: object };
  expect(Object.keys(scripts)).toEqual(expect.arrayContaining(["start", "test", "demo"]));
  const { configs } = await startedWith(second?.text ?? "");
  expect(configs[0]?.defaultModel).toBe("gpt-5-mini@openai");
  expect(configs[0]?.providers.get("openai")?.apiKey).toBe("your-key");
});
