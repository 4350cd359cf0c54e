import type { Action, Frame, Message, Task } from "../frame.ts";
import { hasEnded } from "../frame.ts";
import { denialLine, showDecision, showQuestion, type Decisions } from "./decisions.ts";
import { createPage, type Page } from "./page.ts";
import { createSpeech, type Speech } from "./speech.ts";
import type { Style } from "./style.ts";
import { taskEnding } from "./task-ending.ts";
import { plainLine } from "./text/sanitise.ts";
import { createToolLines } from "./tools.ts";
import { createWorkspaceLines, type WorkspaceLines } from "./workspace.ts";

export interface FrameRenderer {
  render(frame: Frame): void;
  /** Shows a pending action, and `footer`, which says how to decide it. `all` shows it however long it is. */
  ask(action: Action, options?: { all?: boolean; footer?: string }): void;
  /** The connection was lost. Shown once until it is back. */
  lost(): void;
  /** A dimmed line on its own. */
  note(text: string): void;
  /** The message was typed here, so it is on the screen already. */
  known(messageId: string): void;
  readonly page: Page;
}

export interface RendererOptions {
  write(text: string): void;
  style: Style;
  /** Width of the terminal, now. */
  columns(): number;
  /** Width at which prose breaks, now. By default it does not break. */
  proseColumns?: () => number;
}

interface Context extends Decisions {
  readonly proseColumns: () => number;
  readonly speech: Speech;
  readonly workspace: WorkspaceLines;
  isLost: boolean;
}

/** Turns the frames of one session into text for people. Feed it every frame in order. */
export function createFrameRenderer(options: RendererOptions): FrameRenderer {
  const { write, style, columns, proseColumns = () => Infinity } = options;
  const page = createPage(write);
  const context: Context = {
    page,
    style,
    proseColumns,
    speech: createSpeech(page, style, proseColumns),
    tools: createToolLines(page, style, columns),
    workspace: createWorkspaceLines(page, style),
    asked: new Set(),
    isLost: false,
  };
  return {
    render: (frame) => render(context, frame),
    ask: (action, asking) => showQuestion(context, action, asking),
    lost: () => setLost(context, true),
    note: (text) => note(context, text),
    known: context.speech.known,
    page,
  };
}

function render(context: Context, frame: Frame): void {
  const { speech, tools, workspace } = context;
  switch (frame.type) {
    case "snapshot":
      workspace.know(frame.data.workspace);
      return setLost(context, false);
    case "gap":
      return note(context, "… part of the history is no longer available");
    case "token":
      return speech.delta(frame.data.messageId, "text", frame.data.text);
    case "reasoning":
      return speech.delta(frame.data.messageId, "reasoning", frame.data.text);
    case "message.created":
      return frame.data.message.role === "assistant" ? speech.begin(frame.data.message) : undefined;
    case "message.final":
      return finalMessage(context, frame.data.message);
    case "tool.call":
      return tools.call(frame.data);
    case "tool.output":
      return tools.output(frame.data);
    case "tool.result":
      return tools.result(frame.data);
    case "action.resolved":
      return showDecision(context, frame.data.action);
    case "workspace.updated":
      return workspace.update(frame.data.workspace);
    case "network.denied":
      return note(context, denialLine(frame.data));
    case "task.updated":
      return taskUpdated(context, frame.data.task);
    case "status":
      return isNews(frame.data) ? note(context, `… ${plainLine(frame.data.detail)}`) : undefined;
    case "action.required": // Shown by `ask`, once it is clear that no setting decides it.
    case "error": // Shown when the task ends.
    case "session.updated":
    case "usage":
      return;
  }
}

function note({ page, style }: Context, text: string): void {
  page.block("note");
  page.line(style.quiet(text));
}

function setLost(context: Context, isLost: boolean): void {
  if (isLost && !context.isLost) note(context, "↻ the connection was lost, trying again …");
  if (!isLost && context.isLost) note(context, "↻ the connection is back");
  context.isLost = isLost;
}

function finalMessage({ speech }: Context, message: Message): void {
  if (message.role === "user") speech.person(message);
  if (message.role === "assistant") speech.final(message);
}

function taskUpdated({ page, style, proseColumns }: Context, task: Task): void {
  if (!hasEnded(task)) return;
  page.block("note");
  page.line(taskEnding(task, style, proseColumns()));
}

/** Why the agent waits, such as for its provider. What the screen shows anyway is not news. */
function isNews({ state, detail }: { state: string; detail: string }): boolean {
  return state === "running" && !["", "Working", "Preparing the workspace"].includes(detail);
}
