import { expect } from "vitest";
import { converse, toolResults } from "../../support/conversation.ts";
import { calls, says } from "../../support/models/script.ts";
import { processesEnd } from "../../support/server/processes.ts";
import { taskEnded } from "../../support/until.ts";
import { ranOf, type Ran } from "./place.ts";
import { startProber } from "./prober.ts";
import type { TrialServer } from "./server.ts";

/**
 * Lets the model run a command that uses too much. The command has to end with a result that names one of the limits; the
 * server has to answer others all the while, and a second later nothing of it may be left. `mark` is in the command line
 * of whatever the command starts.
 */
export async function expectDefused(
  server: TrialServer,
  { command, mark, limits }: { command: string; mark: string; limits: readonly string[] },
): Promise<Ran> {
  const prober = await startProber(server);
  const ran = await runLong(server, command);
  const endedAt = performance.now();
  await processesEnd(mark);
  const leftForMs = performance.now() - endedAt;
  const { p99Ms, answers, failures } = await prober.stop();
  expect(ran.limit, ran.all.slice(0, 2000)).toBeOneOf(limits);
  expect(ran.isError).toBe(true);
  expect(leftForMs, "until nothing is left").toBeLessThan(1000);
  expect(answers).toBeGreaterThan(0);
  expect(failures).toBe(0);
  expect(p99Ms, `p99 of ${answers} answers`).toBeLessThan(500);
  return ran;
}

/** As the agent does it, so however long it takes. */
export async function runLong(
  server: TrialServer,
  command: string,
  { workspaceId, commandTimeoutMs = 60_000 }: { workspaceId?: string; commandTimeoutMs?: number } = {},
): Promise<Ran> {
  const settings = { autoApproveCommands: true, commandTimeoutMs };
  const { sessionId, taskId } = await converse(server, [calls("bash", { command }), says("Done.")], {
    settings,
    ...(workspaceId === undefined ? {} : { workspaceId }),
  });
  await taskEnded(server, taskId, { withinMs: commandTimeoutMs + 60_000 });
  const [result] = await toolResults(server, sessionId);
  if (result === undefined) throw new Error("The command has no result.");
  return ranOf(result);
}
