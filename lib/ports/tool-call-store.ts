import type { IntendedChange, ToolCall, ToolOutput } from "../tool.ts";

/** Tool calls in chat_history.db: intended with the message, started before the tool acts, done as soon as it ends. Synchronous. */
export interface ToolCallStore {
  intend(
    calls: readonly Pick<
      ToolCall,
      "taskId" | "sessionId" | "messageId" | "toolCallId" | "toolName" | "input"
    >[],
  ): void;
  start(
    taskId: string,
    toolCallId: string,
    options: { at: string; change?: IntendedChange | undefined },
  ): void;
  finish(
    taskId: string,
    toolCallId: string,
    outcome: { output: ToolOutput; isError: boolean; durationMs: number },
  ): void;
  /** The calls of the message, in call order. */
  ofMessage(messageId: string): ToolCall[];
  get(taskId: string, toolCallId: string): ToolCall | undefined;
}
