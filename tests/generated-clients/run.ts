// npm run test:generated-clients [-- NAME ...]
// Makes clients of the contract with foreign generators; each does the main job against a real server.
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { createRepository } from "../support/repository.ts";
import { asks, calls, says, script, scriptModel } from "../support/models/script.ts";
import { startServerProcess, type ServerProcess } from "../support/server/server-process.ts";
import { generatedClients, type GeneratedClient, type Tools } from "./clients.ts";
import { run, type Finished } from "./command.ts";
import { installTools } from "./tools.ts";

/** Each client says of each that it passed. */
const steps = [
  ...["session", "stream", "approve", "reject", "answer"],
  ...["upload", "read back", "diff", "not found", "invalid request"],
];

/** An edit to approve, a file to reject, a question to answer. */
const task = script(
  calls("editFile", {
    file_path: "README.md",
    edits: [{ old_string: "# Sample", new_string: "# Better" }],
  }),
  calls("writeFile", { file_path: "unwanted.txt", content: "unwanted\n" }),
  asks("colour"),
  says("All is done."),
);

const names = process.argv.slice(2);
const chosen = generatedClients.filter(({ name }) => names.length === 0 || names.includes(name));
if (chosen.length === 0)
  throw new Error(`Name some of ${generatedClients.map(({ name }) => name).join(", ")}, or none for all.`);

const folder = mkdtempSync(join(tmpdir(), "talkcody-clients-"));
try {
  await tryAll(await installTools(folder));
} finally {
  rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
}

async function tryAll(tools: Tools): Promise<void> {
  const server = await startServerProcess();
  let failed = 0;
  try {
    for (const client of chosen) failed += await tryClient(client, { server, tools });
  } finally {
    await server.stop();
  }
  console.log(`\n${chosen.length * steps.length - failed} passed, ${failed} failed`);
  if (failed > 0) process.exitCode = 1;
}

interface Stage {
  server: ServerProcess;
  tools: Tools;
}

/** Resolves to the number of steps that failed. */
async function tryClient(client: GeneratedClient, stage: Stage): Promise<number> {
  const startedAt = performance.now();
  const { code, output } = await doTheJob(client, stage);
  const missing = steps.filter((step) => !output.includes(`passed: ${step}\n`));
  const failed = code === 0 ? missing.length : Math.max(missing.length, 1);
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(0);
  console.log(`${failed === 0 ? "✓" : "✗"} ${client.name}: ${steps.length - failed} steps, ${seconds} s`);
  if (failed > 0) console.log(`  Failed: ${missing.join(", ") || "the end"}\n${output.slice(-6000)}`);
  return failed;
}

/** Generates, builds and runs; stops at the first command that fails. */
async function doTheJob(client: GeneratedClient, { server, tools }: Stage): Promise<Finished> {
  const cwd = join(folder, client.name);
  mkdirSync(cwd);
  const env = environment(cwd, { server, tools });
  for (const command of client.prepare(cwd, tools)) {
    const made = await run(command, { cwd, env });
    if (made.code !== 0) return { ...made, output: `${command.join(" ")}\n${made.output}` };
  }
  return run(client.trial(cwd, tools), { cwd, env });
}

function environment(cwd: string, { server, tools }: Stage): Record<string, string> {
  const { path: repository, branch } = createRepository(server.folder, { "README.md": "# Sample\n" });
  const { url, key } = server;
  const { contract } = tools;
  const trial = { url, key, contract, repository, branch, model: scriptModel, script: task };
  return {
    TALKCODY_TRIAL: JSON.stringify(trial),
    PATH: [tools.bin, process.env["PATH"]].join(delimiter),
    PYTHONPATH: cwd,
    PYTHONDONTWRITEBYTECODE: "1",
    GOTOOLCHAIN: "local",
    GOFLAGS: "-mod=mod",
  };
}
