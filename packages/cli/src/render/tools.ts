import type { Schemas } from "../../../shared/src/index.ts";
import { changeLines, changeOf } from "./change.ts";
import { paintDiffLine } from "./diff.ts";
import type { OutputLines } from "./output.ts";
import { createOutputLines } from "./output.ts";
import type { Page } from "./page.ts";
import type { Style } from "./style.ts";
import { subjectOf } from "./subject.ts";
import { duration } from "./text/amounts.ts";
import { plain, plainLine } from "./text/sanitise.ts";
import { clip } from "./text/width.ts";

type Call = Schemas["ToolCallEvent"]["data"];
type Output = Schemas["ToolOutputEvent"]["data"];
type Result = Schemas["ToolResultEvent"]["data"];

/** Tool calls: one line for the call, its output indented and shortened, and a tick or a cross with the time it took. */
export interface ToolLines {
  call(call: Call): void;
  output(output: Output): void;
  result(result: Result): void;
  /** The person is asked about the call, or has decided: the next lines belong to it. */
  continueCall(toolCallId: string): void;
  /** The person rejected the call, and the screen shows it: its result is not shown. */
  dismiss(toolCallId: string): void;
  /** Shows what the call would do. */
  preview(toolCallId: string, lines: readonly string[]): void;
}

interface RunningCall {
  subject: string;
  output: OutputLines;
  /** The change of an edit, as diff lines. Shown with the result, unless a preview showed it before. */
  change: string;
  isDismissed?: boolean;
}

interface Context {
  readonly page: Page;
  readonly style: Style;
  readonly columns: () => number;
  /** By tool call id. */
  readonly running: Map<string, RunningCall>;
  /** The call that the last line belongs to. */
  lastCallId: string | undefined;
}

export function createToolLines(page: Page, style: Style, columns: () => number): ToolLines {
  const context: Context = { page, style, columns, running: new Map(), lastCallId: undefined };
  return {
    call: (call) => showCall(context, call),
    output: (output) => showOutput(context, output),
    result: (result) => showResult(context, result),
    continueCall: (toolCallId) => continueCall(context, toolCallId),
    dismiss: (toolCallId) => void (runningCall(context, toolCallId).isDismissed = true),
    preview: (toolCallId, lines) => preview(context, toolCallId, lines),
  };
}

function showCall(context: Context, { toolCallId, toolName, input }: Call): void {
  const { page, style, columns, running } = context;
  const subject = subjectOf(input);
  running.set(toolCallId, { subject, output: createOutputLines(), change: changeOf(toolName, input) });
  continueCall(context, toolCallId);
  const name = plainLine(toolName);
  const rest = clip(subject, columns() - name.length - 5);
  page.line(`${style.accent("●")} ${style.strong(name)}  ${rest}`.trimEnd());
}

function showOutput(context: Context, { toolCallId, text }: Output): void {
  const { output, subject } = runningCall(context, toolCallId);
  const lines = output.add(text);
  if (lines.length === 0) return;
  continueCall(context, toolCallId);
  writeOutput(context, lines, subject);
}

function showResult(context: Context, result: Result): void {
  const { page, style, columns, running } = context;
  const { output, subject, change, isDismissed } = runningCall(context, result.toolCallId);
  running.delete(result.toolCallId);
  if (isDismissed) return;
  const label = labelIfInterrupted(context, result, subject);
  continueCall(context, result.toolCallId);
  if (output.isEmpty) writeOutput(context, output.add(outputOf(result)), subject);
  writeOutput(context, output.end(), subject);
  if (isGood(result)) for (const line of changeLines(change, style)) page.line(line);
  page.line(`  ${resultLine(result, { label, style, columns: columns() })}`);
}

function continueCall(context: Context, toolCallId: string): void {
  context.page.block("tool");
  context.lastCallId = toolCallId;
}

function preview(context: Context, toolCallId: string, lines: readonly string[]): void {
  continueCall(context, toolCallId);
  for (const line of lines) context.page.line(line);
  if (lines.length > 0) runningCall(context, toolCallId).change = "";
}

/** The call; a new one when its beginning was not seen. */
function runningCall({ running }: Context, toolCallId: string): RunningCall {
  const call = running.get(toolCallId) ?? { subject: "", output: createOutputLines(), change: "" };
  running.set(toolCallId, call);
  return call;
}

/** Names the call again when something else was written since its last line. */
function labelIfInterrupted(
  { page, columns, lastCallId }: Context,
  { toolCallId, toolName }: Result,
  subject: string,
): string {
  if (lastCallId === toolCallId && page.kind === "tool") return "";
  return clip(`${plainLine(toolName)} ${subject}`.trim(), columns() - 30);
}

function writeOutput({ page, style, columns }: Context, lines: readonly string[], subject: string): void {
  const isDiff = /^git (diff|show)\b/.test(subject);
  for (const line of lines) {
    const shown = clip(line.replaceAll("\t", "  "), columns() - 4);
    page.line(`    ${isDiff ? paintDiffLine(shown, style) : style.quiet(shown)}`);
  }
}

function resultLine(result: Result, how: { label: string; style: Style; columns: number }): string {
  const { style } = how;
  const words = [how.label, summaryOf(result), duration(result.durationMs)].filter((text) => text !== "");
  const line = clip(words.join(" · "), how.columns - 4);
  return isGood(result) ? `${style.good("✓")} ${style.quiet(line)}` : `${style.bad("✗")} ${line}`;
}

function isGood({ isError, output }: Result): boolean {
  return !isError && output.success;
}

/** The message of a result is written for the model; people get its first line. */
function summaryOf({ output }: Result): string {
  return plainLine(output.message.trim().split("\n", 1)[0] ?? "");
}

/** What a command wrote, for a log without its live output. */
function outputOf({ toolName, output }: Result): string {
  const text = (output as Record<string, unknown>)["output"];
  return toolName === "bash" && typeof text === "string" ? `${plain(text).trimEnd()}\n` : "";
}
