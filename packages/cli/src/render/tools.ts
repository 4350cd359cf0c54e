import type { Schemas } from "../../../shared/src/index.ts";
import { duration } from "./text/amounts.ts";
import type { OutputLines } from "./output.ts";
import { changeLines, changeOf } from "./change.ts";
import { paintDiffLine } from "./diff.ts";
import { createOutputLines } from "./output.ts";
import type { Page } from "./page.ts";
import { plain, plainLine } from "./text/sanitise.ts";
import type { Style } from "./style.ts";
import { subjectOf } from "./subject.ts";
import { clip } from "./text/width.ts";

type Call = Schemas["ToolCallEvent"]["data"];
type Output = Schemas["ToolOutputEvent"]["data"];
type Result = Schemas["ToolResultEvent"]["data"];

interface Running {
  subject: string;
  output: OutputLines;
  /** What the call changes, for one that nobody was asked about. */
  change: string;
  /** The person said no, which is told already. */
  isDismissed?: boolean;
}

/** Tool calls: a line for the call, its output indented and bounded, a tick or a cross with the time it took. */
export function createToolLines(page: Page, style: Style, columns: () => number) {
  const running = new Map<string, Running>();
  let last: string | undefined;

  const runningCall = (toolCallId: string): Running => {
    const known = running.get(toolCallId) ?? { subject: "", output: createOutputLines(), change: "" };
    running.set(toolCallId, known);
    return known;
  };
  const indent = (lines: readonly string[], subject: string) => {
    const isDiff = /^git (diff|show)\b/.test(subject);
    for (const line of lines) {
      const shown = clip(line.replaceAll("\t", "  "), columns() - 4);
      page.line(`    ${isDiff ? paintDiffLine(shown, style) : style.quiet(shown)}`);
    }
  };
  /** Names the call again when another one was written in between. */
  const at = (toolCallId: string, toolName: string): string => {
    const isNext = last === toolCallId && page.kind === "tool";
    page.block("tool");
    last = toolCallId;
    const { subject } = runningCall(toolCallId);
    return isNext ? "" : clip(`${plainLine(toolName)} ${subject}`.trim(), columns() - 30);
  };

  return {
    call: ({ toolCallId, toolName, input }: Call): void => {
      const subject = subjectOf(input);
      running.set(toolCallId, { subject, output: createOutputLines(), change: changeOf(toolName, input) });
      page.block("tool");
      last = toolCallId;
      const name = plainLine(toolName);
      page.line(
        `${style.accent("●")} ${style.strong(name)}  ${clip(subject, columns() - name.length - 5)}`.trimEnd(),
      );
    },
    output: ({ toolCallId, text }: Output): void => {
      const { output, subject } = runningCall(toolCallId);
      const lines = output.add(text);
      if (lines.length === 0) return;
      at(toolCallId, "");
      indent(lines, subject);
    },
    result: (result: Result): void => {
      const { output, subject, change, isDismissed } = runningCall(result.toolCallId);
      if (isDismissed) return void running.delete(result.toolCallId);
      const named = at(result.toolCallId, result.toolName);
      if (output.isEmpty) indent(output.add(textOf(result)), subject);
      indent(output.end(), subject);
      if (isGood(result)) for (const line of changeLines(change, style)) page.line(line);
      page.line(`  ${resultLine(result, { named, style, columns: columns() })}`);
      running.delete(result.toolCallId);
    },
    /** The person is asked about the call, or has decided: what follows still belongs to it. */
    belongs: (toolCallId: string): void => {
      page.block("tool");
      last = toolCallId;
    },
    dismiss: (toolCallId: string): void => {
      runningCall(toolCallId).isDismissed = true;
    },
    /** Shows what the call would change; it need not be shown again when it has. */
    preview: (toolCallId: string, lines: readonly string[]): void => {
      page.block("tool");
      last = toolCallId;
      for (const line of lines) page.line(line);
      if (lines.length > 0) runningCall(toolCallId).change = "";
    },
  };
}

function resultLine(result: Result, how: { named: string; style: Style; columns: number }): string {
  const { style } = how;
  const words = [how.named, summaryOf(result), duration(result.durationMs)].filter((text) => text !== "");
  const line = clip(words.join(" · "), how.columns - 4);
  return isGood(result) ? `${style.good("✓")} ${style.quiet(line)}` : `${style.bad("✗")} ${line}`;
}

function isGood({ isError, output }: Result): boolean {
  return !isError && output.success;
}

/** The message a tool gives with its result is meant for the model; people get its first line. */
function summaryOf({ output }: Result): string {
  return plainLine(output.message.trim().split("\n", 1)[0] ?? "");
}

/** What a command wrote, where its live output is not in the log. */
function textOf({ toolName, output }: Result): string {
  const text = (output as Record<string, unknown>)["output"];
  return toolName === "bash" && typeof text === "string" ? `${plain(text).trimEnd()}\n` : "";
}
