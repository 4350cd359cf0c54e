import assert from "node:assert/strict";
import { join } from "node:path";
import { succeed } from "./execute.ts";
import { environmentOf, type Node } from "./nodes.ts";
import type { Tally } from "./tally.ts";

export interface Running {
  project: string;
  /** Of the terminal client that was installed globally. */
  bin: string;
  url: string;
  key: string;
}

/** What tests/fixtures/packed/session.mjs writes. */
interface Report {
  stream: unknown;
  socket: unknown;
  refusal: unknown;
}

const session = { task: "completed", ran: [true], said: "All fine." };

/** The client in a program: a session over the stream, one over the socket, a refusal, and the program of the guide. */
export async function checkSdk(tally: Tally, node: Node, running: Running): Promise<void> {
  const run = (program: string) => runProgram(program, node, running);
  let report: Report = { stream: undefined, socket: undefined, refusal: undefined };
  const name = (what: string) => `Node ${node.major}, client: ${what}`;

  await tally.check(name("a session over the stream, left and taken up again"), async () => {
    report = JSON.parse(await run("session.mjs")) as Report;
    assert.deepEqual(report.stream, { ...session, stored: 4 });
  });
  await tally.check(
    name(hasSocket(node) ? "a session over the socket" : "says that it has no WebSocket"),
    () => {
      if (hasSocket(node)) assert.deepEqual(report.socket, session);
      else assert.match(String(report.socket), /--experimental-websocket/);
    },
  );
  await tally.check(name("a wrong key is refused"), () => assert.equal(report.refusal, "unauthorized"));
  await tally.check(name("the program of the guide"), async () =>
    assert.match(await run("guide.mjs"), /text: 'Hello'/),
  );
}

/** The same session by the bundle that a page would load. */
export async function checkBundledSession(tally: Tally, node: Node, running: Running): Promise<void> {
  await tally.check(`Node ${node.major}, bundle: a session over the stream and over the socket`, async () => {
    const report = JSON.parse(await runProgram("bundled-session.mjs", node, running)) as Report;
    assert.deepEqual(report, { stream: { ...session, stored: 4 }, socket: session, refusal: "unauthorized" });
  });
}

function runProgram(program: string, node: Node, { project, url, key }: Running): Promise<string> {
  const env = { ...environmentOf(node, project), TALKCODY_URL: url, TALKCODY_API_KEY: key };
  return succeed([node.path, join(project, program)], { cwd: project, env });
}

function hasSocket({ major }: Node): boolean {
  return major >= 22;
}
