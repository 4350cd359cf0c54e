import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, onTestFinished, test } from "vitest";
import { routes, type OperationId } from "../../packages/shared/src/index.ts";
import { startInstance } from "../support/function/instance.ts";
import { needOf } from "../support/function/judge.ts";
import { blocksOf } from "../support/guides/blocks.ts";
import { environment, root, startServerProcess } from "../support/server-process.ts";
import { testKey } from "../support/server.ts";

const guide = readFileSync(join(root, "docs/guides/functions.md"), "utf8");

test("the requests of the guide to functions are answered as it says", async () => {
  const server = await startServerProcess();
  onTestFinished(() => server.stop());
  await server.end("SIGTERM");
  const instance = await startInstance(server.folder);
  onTestFinished(() => instance.stop());
  const script = blocksOf("docs/guides/functions.md", "sh").at(-1)?.text ?? ""; // The others need AWS.
  const answers = [];
  for (const line of script.trim().split("\n")) {
    const env = { ...environment(server.folder), TALKCODY_API_KEY: testKey, FUNCTION_URL: instance.url };
    const { stdout } = await promisify(execFile)("bash", ["-euc", line], { env });
    answers.push(JSON.parse(stdout) as unknown);
  }
  expect(answers).toEqual([
    { items: [], nextCursor: null },
    expect.objectContaining({ code: "always-on-only" }),
  ]);
}, 30_000);

test("the guide to functions names what the contract marks, and nothing else", () => {
  const [table = ""] = /^\| refused[\s\S]*?\n\n/m.exec(guide) ?? [];
  const operations = Object.keys(routes) as OperationId[];
  const named = operations.filter((operationId) => table.includes(`\`${operationId}\``));
  expect(named.toSorted()).toEqual(operations.filter((one) => needOf(one) !== undefined).toSorted());
});
