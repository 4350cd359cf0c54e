import { join } from "node:path";
import { type ToolContext, type ToolOutput } from "../tool.ts";
import type { CommandResult } from "../workspace.ts";
import { describeStream, type StreamResult } from "./command/describe-stream.ts";
import { changesRemain, outputOfCut } from "./command/output-of-cut.ts";
import { quietExit } from "./command/quiet-exit.ts";
import { refuseUnrunnable } from "./command/refuse-unrunnable.ts";
import { remainsOf } from "./command/remains-of.ts";
import { defineTool } from "./definition/define-tool.ts";
import type { InputSchema } from "./definition/input-schema.ts";
import { failure, success } from "./definition/output.ts";
import { safeFileName } from "./definition/safe-file-name.ts";
import { formatBytes } from "./text/format-bytes.ts";

const inputSchema = {
  type: "object",
  additionalProperties: false,
  required: ["command"],
  properties: {
    command: { type: "string", minLength: 1, maxLength: 100_000, description: "The command line." },
    runInBackground: {
      type: "boolean",
      description: "Not available on this host; true is refused. Leave it out.",
    },
  },
} as const satisfies InputSchema;

export const bash = defineTool(import.meta.url, {
  name: "bash",
  effect: "unsafe",
  asks: "command",
  inputSchema,
  subject: ({ command }) => command,
  remains: async ({ command }, context) => {
    const logName = logNameOf(context);
    const output = await remainsOf(`${logName}.stdout.log`, context.host);
    return { command, output, error: await remainsOf(`${logName}.stderr.log`, context.host) };
  },
  cut: ({ command }, call) => outputOfCut(command, { ...call, logName: logNameOf(call) }),
  run: async (input, context) => {
    refuseUnrunnable(input);
    const logName = logNameOf(context);
    const result = await context.host.shell.run({
      command: input.command,
      timeoutMs: context.timeoutMs,
      signal: context.signal,
      onOutput: context.onOutput,
      masker: context.mask.masker,
      logPrefix: join(context.host.root, logName),
    });
    return outputOf(input.command, { result, logName, timeoutMs: context.timeoutMs });
  },
});

function logNameOf({ taskId, toolCallId }: Pick<ToolContext, "taskId" | "toolCallId">): string {
  return join(".talkcody/output", safeFileName(taskId), safeFileName(toolCallId));
}

interface FinishedCommand {
  result: CommandResult;
  /** Relative to the workspace; each stream adds its own suffix, such as `.stdout.log`. */
  logName: string;
  timeoutMs: ToolContext["timeoutMs"];
}

function outputOf(command: string, { result, logName, timeoutMs }: FinishedCommand): ToolOutput {
  const { output, error } = streamsOf(result, logName);
  const [shownOutput, shownError] = [describeStream(output), describeStream(error)];
  const answer = isSuccess(command, result) ? success : failure;
  return answer(describeEnd(command, result, timeoutMs) + (result.isLogLost ? diskFull : ""), {
    command,
    exit_code: result.exitCode,
    output: shownOutput.shown,
    error: shownError.shown,
    ...(result.signal === null ? {} : { signal: result.signal }),
    timed_out: result.ended === "timeout",
    ...limitOf(result),
    outputTruncated: shownOutput.isTruncated,
    errorTruncated: shownError.isTruncated,
    ...(shownOutput.isTruncated && output.logPath ? { outputFilePath: output.logPath } : {}),
    ...(shownError.isTruncated && error.logPath ? { errorFilePath: error.logPath } : {}),
    isBackground: false,
    duration_ms: Math.round(result.durationMs),
  });
}

/** What the command exceeded, by name. */
function limitOf({ limit, ended }: CommandResult): { limit?: string } {
  if (limit !== null) return { limit };
  if (ended === "timeout") return { limit: "time" };
  return ended === "output-limit" ? { limit: "output" } : {};
}

const limits = {
  processes: "it ran too many processes at once",
  memory: "it used too much memory",
  fileSize: "it wrote a file that is too large",
  disk: "the disk of the server was nearly full",
  workspace: "the workspace, with its home and temporary folder, became too large",
} as const;

function streamsOf(result: CommandResult, logName: string): { output: StreamResult; error: StreamResult } {
  const logOf = (name: string) => (result.isLogLost ? null : `${logName}.${name}.log`);
  const isLogCut = result.ended === "output-limit";
  const { stdout, stdoutBytes, isStdoutCut, stderr, stderrBytes, isStderrCut } = result;
  return {
    output: { text: stdout, bytes: stdoutBytes, isCut: isStdoutCut, logPath: logOf("stdout"), isLogCut },
    error: { text: stderr, bytes: stderrBytes, isCut: isStderrCut, logPath: logOf("stderr"), isLogCut },
  };
}

const diskFull = ". The disk of the server is full, so the full output was not kept in a file.";

function isSuccess(command: string, { ended, limit, exitCode, stderr }: CommandResult): boolean {
  if (ended !== null || limit !== null) return false;
  return exitCode === 0 || (exitCode === 1 && quietExit(command, stderr) !== undefined);
}

function describeEnd(command: string, result: CommandResult, timeoutMs: number): string {
  const { ended, exitCode, signal, limit } = result;
  const written = formatBytes(result.stdoutBytes + result.stderrBytes);
  switch (ended) {
    case "timeout":
      return `Command timed out after ${timeoutMs / 1000} s and was ended, with everything it had started. ${changesRemain}`;
    case "cancelled":
      return `Command was cancelled and ended, with everything it had started. ${changesRemain}`;
    case "output-limit":
      return `Command was ended because it printed too much (${written}). Print less, or redirect the output to a file.`;
    case null:
      if (limit !== null)
        return `Command was ended, with everything it had started, because ${limits[limit]}. ${changesRemain}`;
      if (exitCode === null) return `Command was ended by signal ${signal ?? "unknown"}`;
      if (exitCode === 0) return "Command executed successfully";
  }
  const meaning = exitCode === 1 ? quietExit(command, result.stderr) : undefined;
  return meaning
    ? `Command executed successfully; exit code 1 means that ${meaning}`
    : `Command failed with exit code ${exitCode}`;
}
