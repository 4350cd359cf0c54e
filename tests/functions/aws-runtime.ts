// node tests/functions/aws-runtime.ts: the function under the runtime that AWS itself runs, which npm has as aws-lambda-ric.
// Only its native client for the API of the platform is left out (it needs a compiler); its own one in JavaScript is taken.
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import type { FunctionEvent } from "../../lib/server/index.ts";
import { environment, root } from "../support/server/server-process.ts";
import { testKey } from "../support/clients/caller.ts";

const version = "4.0.2";
const host = "function.lambda-url.example";

/** What is asked, in this order, of one instance; and how its answer begins. */
const exchanges: [event: FunctionEvent, status: number, body: RegExp][] = [
  [event("GET", "/v1/agents"), 200, /^\{"items":\[\{"id":"agt_/],
  [event("GET", "/v1/agents", { "x-api-key": "wrong" }), 401, /"unauthorized"/],
  [event("POST", "/v1/files", {}, "some bytes"), 201, /"sizeBytes":10,/],
  [event("POST", "/v1/workspaces", {}, "{}"), 501, /"always-on-only"/],
  [event("HEAD", "/v1/server"), 200, /^$/],
  [event("GET", "/v1/openapi.json"), 200, /^\{"openapi":"3.1.0".*\}$/s],
];

const withoutNative = `data:text/javascript,${encodeURIComponent(`
  import { registerHooks } from "node:module";
  const url = "native:client";
  registerHooks({
    resolve: (name, context, next) =>
      name.endsWith("rapid-client.node") ? { url, format: "commonjs", shortCircuit: true } : next(name, context),
    load: (from, context, next) =>
      from === url ? { format: "commonjs", source: "", shortCircuit: true } : next(from, context),
  });
`)}`;

const folder = mkdtempSync(join(tmpdir(), "talkcody-runtime-"));
try {
  process.exitCode = (await run()) ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function run(): Promise<boolean> {
  execFileSync("npm", ["pack", "--silent", `aws-lambda-ric@${version}`], { cwd: folder });
  execFileSync("tar", ["xzf", `aws-lambda-ric-${version}.tgz`], { cwd: folder });
  const results: boolean[] = [];
  const api = createServer((request, response) => {
    if (request.url?.endsWith("/next")) {
      const next = exchanges[results.length];
      if (next === undefined) return void runtime.kill();
      return void response.writeHead(200, headersOf(results.length)).end(JSON.stringify(next[0]));
    }
    void buffer(request).then((bytes) => {
      results.push(judge(results.length, bytes));
      response.writeHead(202).end();
    });
  });
  api.listen(0, "127.0.0.1");
  await once(api, "listening");
  const { port } = api.address() as AddressInfo;
  const runtime = spawn(process.execPath, ["--import", withoutNative, join(folder, "package/index.mjs")], {
    env: { ...environment(folder), ...platform(port), TALKCODY_ALLOWED_HOSTS: host },
    stdio: ["ignore", "inherit", "inherit"],
  });
  await once(runtime, "exit");
  api.close();
  return results.length === exchanges.length && results.every(Boolean);
}

/** The prelude, eight NUL bytes, and the body. */
function judge(place: number, bytes: Buffer): boolean {
  const exchange = exchanges[place];
  if (exchange === undefined) return false;
  const [asked, status, begin] = exchange;
  const end = bytes.indexOf(Buffer.alloc(8));
  const prelude = bytes.subarray(0, Math.max(end, 0)).toString() || "{}";
  const { statusCode } = JSON.parse(prelude) as { statusCode?: number };
  const isGood = statusCode === status && begin.test(bytes.subarray(end + 8).toString());
  const { method } = asked.requestContext.http;
  console.log(`${isGood ? "✓" : "✗"} ${method} ${asked.rawPath} ${statusCode}, ${bytes.length} bytes`);
  return isGood;
}

function event(
  method: string,
  rawPath: string,
  more: Record<string, string> = {},
  body?: string,
): FunctionEvent {
  const type = body === "{}" ? "application/json" : "application/octet-stream";
  return {
    ...{ rawPath, rawQueryString: "", requestContext: { http: { method } } },
    headers: { host, "x-api-key": testKey, ...(body === undefined ? {} : { "content-type": type }), ...more },
    ...(body === undefined ? {} : { body, isBase64Encoded: false }),
  };
}

function headersOf(place: number): Record<string, string> {
  const deadline = String(Date.now() + 30_000);
  return {
    "lambda-runtime-aws-request-id": `request-${place}`,
    "lambda-runtime-deadline-ms": deadline,
    "lambda-runtime-invoked-function-arn": "arn:aws:lambda:region:account:function:talkcody",
  };
}

function platform(port: number): Record<string, string> {
  return {
    AWS_LAMBDA_RUNTIME_API: `127.0.0.1:${port}`,
    AWS_LAMBDA_NODEJS_USE_ALTERNATIVE_CLIENT_1: "true",
    AWS_LAMBDA_FUNCTION_NAME: "talkcody",
    AWS_LAMBDA_FUNCTION_VERSION: "1",
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: "1024",
    AWS_LAMBDA_LOG_GROUP_NAME: "group",
    AWS_LAMBDA_LOG_STREAM_NAME: "stream",
    LAMBDA_TASK_ROOT: root,
    _HANDLER: "deploy/lambda/index.handler",
  };
}
