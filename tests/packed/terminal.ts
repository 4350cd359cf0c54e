import assert from "node:assert/strict";
import { execute, type Executed } from "./execute.ts";
import { blockOf, guides } from "./guides.ts";
import { environmentOf, type Node } from "./nodes.ts";
import type { Running } from "./sdk.ts";
import type { Tally } from "./tally.ts";

const script = (steps: object[]) => `Play this.\n\`\`\`json\n${JSON.stringify({ steps })}\n\`\`\``;
const command = { toolCalls: [{ toolName: "bash", input: { command: "echo from-the-shell" } }] };
const story = script([{ text: "Looking.", ...command }, { text: "All fine." }]);
const scripted = ["--model", "script@scripted"];

/** The installed command as on another machine: the address and the key are all it has. */
export async function checkTerminal(tally: Tally, node: Node, running: Running): Promise<void> {
  const talkcody = runner(node, running);
  const check = (what: string, work: () => Promise<void>) =>
    tally.check(`Node ${node.major}, talkcody ${what}`, work);

  await check("--version", async () =>
    expectRun(await talkcody(["--version"]), { out: /^talkcody \d+\.\d+\.\d+\n$/ }),
  );
  await check("--help", async () =>
    expectRun(await talkcody(["--help"]), { out: /talkcody run[^]*attach[^]*models/ }),
  );
  await check("run --yes", async () => {
    const ran = await talkcody(["run", "--yes", ...scripted, story]);
    expectRun(ran, { out: /Looking\.[^]*from-the-shell[^]*All fine\.\n\n✓ done/, err: /^ {2}session .*\n$/ });
  });
  await check("run, ls and approve, where nobody is asked", async () => {
    const waiting = await talkcody(["run", ...scripted, story]);
    expectRun(waiting, { code: 4, out: /talkcody approve \w+/, err: /./ });
    expectRun(await talkcody(["ls"]), { out: /! \w{6}/ });
    expectRun(await talkcody(["approve"]), { out: /│ echo from-the-shell[^]*✓ approved/ });
  });
  await check("run --json", async () => {
    const { code, out } = await talkcody(["run", "--json", ...scripted, script([{ text: "Said." }])]);
    const frames = out
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as { type: string });
    assert.equal(code, 0);
    assert(frames.some(({ type }) => type === "message.final"));
  });
  await check("models", async () => expectRun(await talkcody(["models"]), { out: /echo@scripted/ }));
  await check("wun, which is no command", async () =>
    expectRun(await talkcody(["wun"]), { code: 2, out: /^$/, err: /did you mean run/ }),
  );
  await check("as the guide connects it", async () =>
    expectRun(await connected(node, running), { out: /\w{6}/ }),
  );
  await check("under Node 18, which is too old", async () => {
    const pretend = "data:text/javascript,Object.defineProperty(process.versions,'node',{value:'18.20.8'})";
    const refused = await talkcody(["ls"], { NODE_OPTIONS: `--import=${pretend}` });
    expectRun(refused, {
      code: 2,
      out: /^$/,
      err: /^talkcody needs Node 20 or newer and this is Node 18\.20\.8: .*\n$/,
    });
  });
  await check("ls with a wrong key", async () => {
    const refused = await talkcody(["ls"], { TALKCODY_API_KEY: "wrong-key-0123456789" });
    expectRun(refused, { code: 1, out: /^$/, err: /TALKCODY_API_KEY/ });
  });
}

type Environment = Record<string, string>;

/** Starts the command by its name, as a shell does, so that its first line must find this Node. */
function runner(node: Node, { project, bin, url, key }: Running) {
  const own = environmentOf(node, project);
  const env = { ...own, PATH: `${own["PATH"]}:${bin}`, TALKCODY_URL: url, TALKCODY_API_KEY: key };
  return (args: string[], more: Environment = {}) =>
    execute(["/usr/bin/env", "talkcody", ...args], { cwd: project, env: { ...env, ...more } });
}

/** The commands of the guide, with the address and the key of this server. */
function connected(node: Node, { project, bin, url, key }: Running): Promise<Executed> {
  const { PATH, ...own } = environmentOf(node, project);
  const commands = blockOf(guides.cli, "sh connect")
    .replace("https://talkcody.example.com", url)
    .replace("your-key", key);
  return execute(["sh", "-euc", commands], { cwd: project, env: { ...own, PATH: `${PATH}:${bin}` } });
}

interface Expected {
  code?: number;
  out: RegExp;
  err?: RegExp;
}

function expectRun(ran: Executed, { code = 0, out, err = /^$/ }: Expected): void {
  const seen = `${ran.out}${ran.err}`;
  assert.equal(ran.code, code, `It should end with ${code}, and ended with ${ran.code}.\n${seen}`);
  assert.match(ran.out, out);
  assert.match(ran.err, err);
}
