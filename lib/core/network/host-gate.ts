import { isTransient } from "../../errors.ts";
import { waitAtMost } from "../../ports/clock.ts";
import type { HostGate, HostTarget, HostVerdict } from "../../ports/network.ts";
import { TaskEndedError } from "../journal/task-records.ts";
import type { Action } from "../../action.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { isGranted } from "./granted-hosts.ts";
import { askAboutHost, type HostQuestionsContext, untilResolved } from "./host-questions.ts";
import { recordRefusal } from "./refusals.ts";
import type { NetworkDenied, RunningCommands, TrackedCommand } from "./running-commands.ts";

/** A connection is held up for so long when somebody is there to decide about its host. */
const decisionMsMax = 60_000;

export interface HostGateContext extends HostQuestionsContext {
  runtime: HostQuestionsContext["runtime"] & Pick<Runtime, "hasReaders" | "reportFault">;
  commands: Pick<RunningCommands, "in">;
  /** Whether the settings of a task allow it every host. */
  allowsEveryHost(taskId: string): boolean;
}

/** Grants are read anew for each connection, so a change holds for the next one of a command that is running. */
export function createHostGate(context: HostGateContext): HostGate {
  return {
    decide: async (workspaceId, target, signal) => {
      try {
        return await decide(context, { workspaceId, target, signal });
      } catch (error) {
        if (signal.aborted || error instanceof TaskEndedError) return refused("The command has ended.");
        if (!isTransient(error))
          context.runtime.reportFault(`${target.host} could not be decided about`, error);
        return refused(`${target.host} is not granted, and nobody could be asked now. Try again later.`);
      }
    },
    noteUnreachable: (workspaceId, target) => {
      const command = context.commands.in(workspaceId).at(-1);
      if (command !== undefined) recordRefusal(context.runtime, command, { ...target, reason: "not-public" });
    },
  };
}

interface Connection {
  workspaceId: string;
  target: HostTarget;
  signal: AbortSignal;
}

async function decide(context: HostGateContext, connection: Connection): Promise<HostVerdict> {
  const { workspaceId, target } = connection;
  if (isAllowed(context, connection)) return { isGranted: true };
  const commands = context.commands.in(workspaceId);
  const command = commands.at(-1); // Its session is asked.
  if (command === undefined) return refused(`${target.host} is not granted to this workspace.`);
  if (commands.every(({ taskId }) => context.allowsEveryHost(taskId))) return { isGranted: true };
  const question = askAboutHost(context, command, target);
  if (question?.state === "pending") {
    await holdUp(context, { command, question, connection });
    if (isAllowed(context, connection)) return { isGranted: true };
  }
  return refuse(context, { command, question, target });
}

function isAllowed({ runtime }: HostGateContext, { workspaceId, target }: Connection): boolean {
  const workspace = runtime.storage.workspaces.get(workspaceId);
  return workspace !== undefined && isGranted(workspace, target);
}

interface OpenQuestion {
  command: TrackedCommand;
  question: Action;
  connection: Connection;
}

/** Waits for a person who follows the session, once for each host of a command. */
async function holdUp(
  context: HostGateContext,
  { command, question, connection }: OpenQuestion,
): Promise<void> {
  const { runtime } = context;
  const name = nameOf(connection.target);
  if (!runtime.hasReaders(command.sessionId) || command.unanswered.has(name)) return;
  const isOver = new AbortController();
  const signal = AbortSignal.any([connection.signal, isOver.signal]);
  const decided = untilResolved(runtime, question, signal);
  try {
    await waitAtMost(decisionMsMax, runtime.clock, decided);
  } finally {
    decided.catch(() => {}); // Nobody waits for it any more.
    isOver.abort(new Error("The wait is over."));
  }
  if (runtime.storage.actions.get(question.id)?.state === "pending") command.unanswered.add(name);
}

function refuse(
  { runtime }: HostGateContext,
  {
    command,
    question,
    target,
  }: { command: TrackedCommand; question: Action | undefined; target: HostTarget },
): HostVerdict {
  const state = question && runtime.storage.actions.get(question.id)?.state;
  const reason: NetworkDenied["reason"] = state === "rejected" ? "rejected" : "not-granted";
  recordRefusal(runtime, command, { ...target, reason });
  if (reason === "rejected")
    return refused(`A person rejected ${nameOf(target)} for this task. Do without it.`);
  return refused(
    question === undefined
      ? `${nameOf(target)} is not granted to this workspace, and too many hosts wait for a decision already.`
      : `${nameOf(target)} is not granted to this workspace. A person was asked; try again when they have allowed it.`,
  );
}

function refused(reason: string): HostVerdict {
  return { isGranted: false, reason };
}

export function nameOf({ host, port }: HostTarget): string {
  return `${host}:${port}`;
}
