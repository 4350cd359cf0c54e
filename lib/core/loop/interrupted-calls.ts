import type { PreparedCall } from "../approvals/call-digest.ts";
import type { ToolOutput } from "../../message.ts";
import { failedOutput, ToolFailure } from "../../tool.ts";
import { head } from "../../well-formed.ts";

/**
 * The result of a call that had started when an earlier run of the server ended. Undefined when the call may run: it has
 * not started, it changes nothing, or what it would change is still as it was before.
 */
export async function resultOfInterrupted(
  prepared: Omit<PreparedCall, "task">,
): Promise<ToolOutput | undefined> {
  const { call, tool, input, host } = prepared;
  if (call.state !== "started" || tool.effect === "pure") return undefined;
  const present = await presentState(prepared);
  if (present !== undefined && present === call.change?.after) return { success: true, message: doneBefore };
  if (present !== undefined && present === call.change?.before) return undefined;
  return failedOutput(interruptedMessage, await tool.remains?.(input, { ...call, host }));
}

/** For the model: the answer to a call whose end nobody saw. */
export const interruptedMessage =
  "Interrupted by a restart of the server; its effects are unknown. Look before repeating it.";

const doneBefore =
  "Done. A restart of the server cut the report; the file holds what this call was to make of it.";

/** For people: what the agent was told about an interrupted call. */
export function interruptionNotice({ tool, input, host }: PreparedCall): string {
  const subject = tool.subject(input, host).trim().split("\n", 1)[0] ?? "";
  const shown = subject.length > subjectCharactersMax ? `${head(subject, subjectCharactersMax)}…` : subject;
  return `${tool.name} (${shown}) was cut by the restart. The agent was told that its effects are unknown and that it should look before repeating it.`;
}

const subjectCharactersMax = 80;

async function presentState(prepared: Omit<PreparedCall, "task">): Promise<string | undefined> {
  const { call, tool, input, host } = prepared;
  try {
    const present = call.change === null ? undefined : (await tool.revisions?.(input, host))?.present;
    // The call will be reported as done, so the file must survive a power cut.
    if (present !== undefined && present === call.change?.after) await tool.sync?.(input, host);
    return present;
  } catch (error) {
    if (error instanceof ToolFailure) return undefined;
    throw error;
  }
}
