import { writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import { blocksOf } from "../../support/guides/blocks.ts";
import { createRepository } from "../../support/repository.ts";
import {
  environment,
  root,
  startServerProcess,
  type ServerProcess,
} from "../../support/server/server-process.ts";

let server: ServerProcess;
beforeAll(async () => {
  server = await startServerProcess({ env: { TALKCODY_MODEL: "echo@scripted" } });
  writeFileSync(join(server.dataDir, "api-key"), server.key); // Where the guides find it.
});
afterAll(() => server.stop());

test("the TypeScript of the guide to the API follows a session to its end", async () => {
  const [block] = blocksOf("docs/guides/use-the-api.md", "ts");
  // Here from its source; `npm run test:packed` runs it with the installed package.
  const source = join(root, "packages/shared/src/index.ts");
  const code = (block?.text ?? "").replace('"@talkcody/shared"', JSON.stringify(source));
  expect(code).toContain(source);
  const env = { TALKCODY_URL: server.url, TALKCODY_API_KEY: server.key };
  const { out, err, exit } = await execute(
    [process.execPath, "--input-type=module-typescript", "-e", code],
    env,
  );
  expect([exit, err]).toEqual([0, ""]);
  expect(out).toContain("text: 'Hello'");
});

test("the permissions in the guide to operating are settings", async () => {
  const [json] = blocksOf("docs/guides/operate.md", "json");
  const settings = JSON.parse(json?.text ?? "") as { permissions: unknown[] };
  const answer = await server.call("updateSettings", { body: { settings } });
  expect(answer.status).toBe(200);
  expect(answer.body.settings.permissions).toEqual(settings.permissions);
  await server.call("updateSettings", { body: { settings: { permissions: null, autoApproveEdits: null } } });
});

test("every command line of the guide to the terminal client, and of the README, is understood", async () => {
  const lines = ["docs/guides/use-the-cli.md", "README.md"]
    .flatMap((page) => blocksOf(page, "sh"))
    .flatMap(({ text }) => text.split("\n"))
    .filter((line) => command.test(line));
  expect(lines.length).toBeGreaterThan(8);
  const repository = `file://${createRepository(server.folder).path}`;
  const first = await talkcody(`talkcody run --repo ${repository} "Hello"`);
  const id = /talkcody run -s (\w+)/.exec(first.err)?.[1] ?? "";
  expect([first.exit, id]).toEqual([0, expect.stringMatching(/^\w{6}$/)]);
  for (const line of lines) {
    const filled = line.replace(/https:\/\/github\.com\/\S+/, repository).replace(/\bID\b/, id);
    const { out, err, exit } = await talkcody(filled);
    const isDecision = / (approve|reject|answer|cancel)\b/.test(line);
    expect(exit, `${line}\n${out}${err}`).toBe(isDecision ? 1 : 0);
    expect(err, line).toMatch(isDecision ? nothingToDecide : partingWords);
  }
});

const nothingToDecide = /^✗ (No action is pending|No task is running)\.\n$/;
const partingWords = /^( {2}session .*|\nYou left; .*)?\n?$/;

/** `attach` is left as by a person who has seen enough. */
function talkcody(line: string) {
  const program = line.includes(" attach") ? `timeout -s INT 1.5 ${bin}` : bin;
  const filled = line.replace(command, `$1${program} `);
  return shell(`set -o pipefail; ${filled.replace(/^timeout.*/, "$& || test $? = 124")}`);
}

/** The command, as it is called in the checkout and elsewhere. */
const command = /(^|[|] )(?:npx --no-install )?talkcody /;
const bin = `node ${join(root, "packages/cli/bin/talkcody.mjs")}`;

function shell(script: string) {
  return execute(["bash", "-eu", "-c", `ACTION=none\n${script}`], {});
}

async function execute([file = "", ...args]: string[], extra: Record<string, string>) {
  const { TALKCODY_API_KEY: _key, ...env } = environment(server.folder);
  const path = [dirname(process.execPath), env["PATH"]].join(":");
  const { stdout, stderr, exitCode } = await execa(file, args, {
    cwd: root,
    env: { ...env, PATH: path, ...extra },
    extendEnv: false,
    stdin: "ignore",
    stripFinalNewline: false,
    reject: false,
  });
  return { out: stdout, err: stderr, exit: exitCode };
}
