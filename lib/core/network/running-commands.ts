import type { PreparedCall } from "../approvals/call-digest.ts";
import type { Schemas } from "../../../packages/shared/src/schemas.ts";
import type { ToolOutput } from "../../message.ts";
import type { Session } from "../../session.ts";
import type { Task } from "../../task.ts";

export type NetworkDenied = Schemas["NetworkDenied"];

/** A command that runs in a workspace: a tool call of a task. */
export interface RunningCommand {
  workspaceId: string;
  sessionId: string;
  taskId: string;
  toolCallId: string;
  toolName: string;
}

/** What was done for one command, by host and port. */
export interface TrackedCommand extends RunningCommand {
  /** Why it was refused. The refusal is on record. */
  told: Map<string, NetworkDenied["reason"]>;
  /** Somebody was there and did not decide in time. */
  unanswered: Set<string>;
}

/** The commands that run in this run of the server. */
export interface RunningCommands {
  begin(command: RunningCommand): TrackedCommand;
  end(command: TrackedCommand): void;
  /** The commands of a workspace, oldest first. Several sessions may share it, and a connection does not tell whose it is. */
  in(workspaceId: string): TrackedCommand[];
}

export function createRunningCommands(): RunningCommands {
  const running = new Set<TrackedCommand>();
  return {
    begin: (command) => {
      const tracked: TrackedCommand = { ...command, told: new Map(), unanswered: new Set() };
      running.add(tracked);
      return tracked;
    },
    end: (command) => void running.delete(command),
    in: (workspaceId) => [...running].filter((command) => command.workspaceId === workspaceId),
  };
}

export interface CommandsContext {
  commands: Pick<RunningCommands, "begin" | "end">;
  sessionOf(task: Task): Session;
}

/**
 * Runs a call. When it is a command, a connection is known to be of this call meanwhile, and its output says which hosts
 * were refused: programs often show no more than a status, and the agent should not try in vain.
 */
export async function runTracked(
  { commands, sessionOf }: CommandsContext,
  { call, tool, task }: Pick<PreparedCall, "call" | "task" | "tool">,
  run: () => Promise<ToolOutput>,
): Promise<ToolOutput> {
  if (tool.asks !== "command") return run();
  const { sessionId, taskId, toolCallId } = call;
  const { workspaceId } = sessionOf(task);
  const tracked = commands.begin({ workspaceId, sessionId, taskId, toolCallId, toolName: tool.name });
  try {
    return withRefusals(await run(), tracked);
  } finally {
    commands.end(tracked);
  }
}

const reasons = {
  "not-granted": "not granted yet; a person can allow it",
  rejected: "rejected by a person",
  "not-public": "not public",
} as const satisfies Record<NetworkDenied["reason"], string>;

function withRefusals(output: ToolOutput, { told }: TrackedCommand): ToolOutput {
  if (told.size === 0) return output;
  const hosts = [...told].map(([name, reason]) => `${name} (${reasons[reason]})`);
  return { ...output, message: `${output.message}. The network refused: ${hosts.join(", ")}.` };
}
