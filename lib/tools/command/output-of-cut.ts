import { type HeardStream, liveCharactersMax } from "../../event.ts";
import type { CutCall, ToolOutput } from "../../tool.ts";
import { failure } from "../definition/output.ts";
import { describeStream } from "./describe-stream.ts";

export const changesRemain = "Changes it made before that remain.";

/** The result of a command whose task ended while it ran: what people had seen of it until then, and its logs. */
export function outputOfCut(
  command: string,
  { reason, heard, logName }: CutCall & { logName: string },
): ToolOutput {
  const output = describeHeard(heard.stdout, `${logName}.stdout.log`);
  const error = describeHeard(heard.stderr, `${logName}.stderr.log`);
  return failure(
    `Cut off while it ran (${reason}): the command was ended, with everything it had started. ${changesRemain}`,
    {
      command,
      exit_code: null,
      output: output.shown,
      error: error.shown,
      timed_out: false,
      outputTruncated: output.isTruncated,
      errorTruncated: error.isTruncated,
      ...(output.logPath === null ? {} : { outputFilePath: output.logPath }),
      ...(error.logPath === null ? {} : { errorFilePath: error.logPath }),
      isBackground: false,
    },
  );
}

/** Names the log also of a short output, because it holds what the command wrote while it was ended. */
function describeHeard(heard: HeardStream, logPath: string) {
  if (heard.characters === 0) return { shown: "", isTruncated: false, logPath: null };
  const { text, characters, bytes } = heard;
  const { shown, isTruncated } = describeStream({ text, isCut: characters > text.length, bytes, logPath });
  if (characters < liveCharactersMax) return { shown, isTruncated, logPath };
  return { shown: `${shown}\n... (what came later is only in ${logPath})`, isTruncated: true, logPath };
}
