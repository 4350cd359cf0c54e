import type { PreparedCall } from "../approvals/call-digest.ts";
import type { Session } from "../../session.ts";
import type { Task } from "../../task.ts";

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
  /** Its refusal is on record. */
  told: Set<string>;
  /** Somebody was there and did not decide in time. */
  unanswered: Set<string>;
}

/** The commands that run in this run of the server. */
export interface RunningCommands {
  /** Returns the function to call when the command has ended. */
  begin(command: RunningCommand): () => void;
  /** The one that began last. Several sessions may share a workspace, and a connection does not tell whose it is. */
  newest(workspaceId: string): TrackedCommand | undefined;
}

export function createRunningCommands(): RunningCommands {
  const running = new Set<TrackedCommand>();
  return {
    begin: (command) => {
      const tracked = { ...command, told: new Set<string>(), unanswered: new Set<string>() };
      running.add(tracked);
      return () => void running.delete(tracked);
    },
    newest: (workspaceId) => [...running].findLast((command) => command.workspaceId === workspaceId),
  };
}

export interface CommandsContext {
  commands: Pick<RunningCommands, "begin">;
  sessionOf(task: Task): Session;
}

/** Notes that the call runs a command, so that a connection is known to be of this call. Call what it returns at the end. */
export function trackCommand(
  { commands, sessionOf }: CommandsContext,
  { call, tool, task }: Pick<PreparedCall, "call" | "task" | "tool">,
): () => void {
  if (tool.asks !== "command") return () => {};
  const { sessionId, taskId, toolCallId } = call;
  return commands.begin({
    ...{ sessionId, taskId, toolCallId, toolName: tool.name },
    workspaceId: sessionOf(task).workspaceId,
  });
}
