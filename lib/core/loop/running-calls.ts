import type { HeardStream } from "../../event.ts";
import type { Runtime } from "../runtime/runtime.ts";
import type { CutCall, ToolCall, ToolOutput } from "../../tool.ts";

type Heard = { -readonly [Stream in keyof CutCall["heard"]]: HeardStream };

type CallId = Pick<ToolCall, "taskId" | "toolCallId">;

/**
 * Remembers what running calls have written, so that the result of a call that is cut by the end of its task holds what
 * people saw. The result is part of the transaction that ends the task, while the command still runs.
 */
export interface RunningCalls {
  begin(call: CallId): void;
  hear(call: CallId, stream: keyof Heard, text: string): void;
  end(call: CallId): void;
  /** The result of a call that is cut now. Undefined when it does not run here, or when its tool says nothing about it. */
  describeCut(call: ToolCall, reason: string): CutResult | undefined;
}

export interface CutResult {
  output: ToolOutput;
  durationMs: number;
}

/** More than a tool shows to the model. */
const keptCharactersMax = 64 * 1024;

export function createRunningCalls({ clock, toolbox }: Pick<Runtime, "clock" | "toolbox">): RunningCalls {
  const running = new Map<string, { heard: Heard; startedAt: number }>();
  return {
    begin: (call) => {
      const heard = { stdout: silence(), stderr: silence() };
      running.set(keyOf(call), { heard, startedAt: clock.elapsed() });
    },
    hear: (call, stream, text) => {
      const heard = running.get(keyOf(call))?.heard;
      if (heard !== undefined) heard[stream] = longer(heard[stream], text);
    },
    end: (call) => void running.delete(keyOf(call)),
    describeCut: (call, reason) => {
      const now = running.get(keyOf(call));
      const parsed = toolbox.parse(call.toolName, call.input);
      if (now === undefined || "problem" in parsed) return undefined;
      const cut = { ...call, reason, heard: now.heard };
      const output = toolbox.get(call.toolName)?.cut?.(parsed.input, cut);
      return output && { output, durationMs: Math.round(clock.elapsed() - now.startedAt) };
    },
  };
}

function keyOf({ taskId, toolCallId }: CallId): string {
  return `${taskId}/${toolCallId}`;
}

function silence(): HeardStream {
  return { text: "", characters: 0, bytes: 0 };
}

function longer(before: HeardStream, text: string): HeardStream {
  return {
    text: (before.text + text).slice(-keptCharactersMax),
    characters: before.characters + text.length,
    bytes: before.bytes + Buffer.byteLength(text),
  };
}
