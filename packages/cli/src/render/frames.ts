import type { Action, Frame, Message, Task } from "../frame.ts";
import { hasEnded } from "../frame.ts";
import { actionBox, decisionLine, previewLines } from "./action-box.ts";
import type { Page } from "./page.ts";
import { createPage } from "./page.ts";
import { plainLine } from "./text/sanitise.ts";
import { createSpeech } from "./speech.ts";
import type { Style } from "./style.ts";
import { taskEnding } from "./task-ending.ts";
import { createToolLines } from "./tools.ts";
import { createWorkspaceLines } from "./workspace.ts";

export interface FrameRenderer {
  render(frame: Frame): void;
  /** Shows what is asked, and the line that says how to answer. */
  ask(action: Action, options?: { all?: boolean; footer?: string }): void;
  /** The line was cut; said once until it is back. */
  lost(): void;
  /** A quiet line between things. */
  note(text: string): void;
  /** A message typed here stands on the screen already. */
  known(messageId: string): void;
  readonly page: Page;
}

export interface RendererOptions {
  write(text: string): void;
  style: Style;
  /** Width of the terminal, now. */
  columns(): number;
  /** Where lines of prose break; they do not by default. */
  proseColumns?: () => number;
}

/** Turns the frames of one session into what a person reads. Feed it every frame in order. */
export function createFrameRenderer(options: RendererOptions): FrameRenderer {
  const { write, style, columns, proseColumns = () => Infinity } = options;
  const page = createPage(write);
  const speech = createSpeech(page, style, proseColumns);
  const tools = createToolLines(page, style, columns);
  const workspace = createWorkspaceLines(page, style);
  /** Actions whose box stands on the screen. */
  const asked = new Set<string>();
  let isLost = false;

  const note = (text: string) => {
    page.block("note");
    page.line(style.quiet(text));
  };
  const decided = (action: Action) => {
    tools.belongs(action.toolCallId);
    if (action.state === "rejected" || action.state === "cancelled") tools.dismiss(action.toolCallId);
    if (!asked.has(action.id)) tools.preview(action.toolCallId, previewLines(action, style));
    page.line(`  ${asked.has(action.id) ? `${style.waiting("╰")} ` : ""}${decisionLine(action, style)}`);
  };
  const final = (message: Message) => {
    if (message.role === "user") speech.person(message);
    if (message.role === "assistant") speech.final(message);
  };
  const ended = (task: Task) => {
    page.block("note");
    page.line(taskEnding(task, style, proseColumns()));
  };

  const render = (frame: Frame): void => {
    switch (frame.type) {
      case "snapshot":
        if (isLost) note("↻ the connection is back");
        isLost = false;
        return;
      case "gap":
        return note("… a part of the history is not kept any more");
      case "token":
        return speech.delta(frame.data.messageId, "text", frame.data.text);
      case "reasoning":
        return speech.delta(frame.data.messageId, "reasoning", frame.data.text);
      case "message.created":
        return frame.data.message.role === "assistant" ? speech.begin(frame.data.message) : undefined;
      case "message.final":
        return final(frame.data.message);
      case "tool.call":
        return tools.call(frame.data);
      case "tool.output":
        return tools.output(frame.data);
      case "tool.result":
        return tools.result(frame.data);
      case "action.resolved":
        return decided(frame.data.action);
      case "workspace.updated":
        return workspace.update(frame.data.workspace);
      case "task.updated":
        return hasEnded(frame.data.task) ? ended(frame.data.task) : undefined;
      case "status":
        return isTelling(frame.data) ? note(`… ${plainLine(frame.data.detail)}`) : undefined;
      case "action.required": // Asked when it is sure that nobody else decides at once.
      case "error": // The end of the task says it.
      case "session.updated":
      case "usage":
        return;
    }
  };

  return {
    render,
    note,
    page,
    known: speech.known,
    lost: () => {
      if (!isLost) note("↻ the connection was lost, trying again …");
      isLost = true;
    },
    ask: (action, { all = false, footer } = {}) => {
      asked.add(action.id);
      tools.preview(action.toolCallId, actionBox(action, style, all));
      if (footer !== undefined) page.line(`  ${style.waiting("╰")} ${footer}`);
    },
  };
}

/** Words while the agent works, such as why it waits for its provider; what is seen anyway is not said. */
function isTelling({ state, detail }: { state: string; detail: string }): boolean {
  return state === "running" && !["", "Working", "Preparing the workspace"].includes(detail);
}
