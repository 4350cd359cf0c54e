import type { Schemas } from "@talkcody/shared";
import { duration } from "./amounts.ts";
import type { OutputLines } from "./output.ts";
import { createOutputLines } from "./output.ts";
import type { Page } from "./page.ts";
import { plain, plainLine } from "./sanitise.ts";
import type { Style } from "./style.ts";
import { subjectOf } from "./subject.ts";
import { clip } from "./width.ts";

type Call = Schemas["ToolCallEvent"]["data"];
type Output = Schemas["ToolOutputEvent"]["data"];
type Result = Schemas["ToolResultEvent"]["data"];

interface Running {
  subject: string;
  output: OutputLines;
}

/** Tool calls: a line for the call, its output indented and bounded, a tick or a cross with the time it took. */
export function createToolLines(page: Page, style: Style, columns: () => number) {
  const running = new Map<string, Running>();
  let last: string | undefined;

  const runningCall = (toolCallId: string): Running => {
    const known = running.get(toolCallId) ?? { subject: "", output: createOutputLines() };
    running.set(toolCallId, known);
    return known;
  };
  const indent = (lines: readonly string[]) => {
    for (const line of lines) page.line(style.quiet(clip(`    ${line}`.replaceAll("\t", "  "), columns())));
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
      running.set(toolCallId, { subject, output: createOutputLines() });
      page.block("tool");
      last = toolCallId;
      const name = plainLine(toolName);
      page.line(
        `${style.accent("●")} ${style.strong(name)}  ${clip(subject, columns() - name.length - 5)}`.trimEnd(),
      );
    },
    output: ({ toolCallId, text }: Output): void => {
      const lines = runningCall(toolCallId).output.add(text);
      if (lines.length === 0) return;
      at(toolCallId, "");
      indent(lines);
    },
    result: (result: Result): void => {
      const { output } = runningCall(result.toolCallId);
      const named = at(result.toolCallId, result.toolName);
      if (output.isEmpty) indent(output.add(textOf(result)));
      indent(output.end());
      page.line(`  ${resultLine(result, { named, style, columns: columns() })}`);
      running.delete(result.toolCallId);
    },
    /** The person is asked about the call, or has decided: what follows still belongs to it. */
    belongs: (toolCallId: string): void => {
      page.block("tool");
      last = toolCallId;
    },
  };
}

function resultLine(result: Result, how: { named: string; style: Style; columns: number }): string {
  const { style } = how;
  const isGood = !result.isError && result.output.success;
  const words = [how.named, summaryOf(result), duration(result.durationMs)].filter((text) => text !== "");
  const line = clip(words.join(" · "), how.columns - 4);
  return isGood ? `${style.good("✓")} ${style.quiet(line)}` : `${style.bad("✗")} ${line}`;
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
