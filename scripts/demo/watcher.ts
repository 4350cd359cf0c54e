import { setTimeout as sleep } from "node:timers/promises";
import type { Client } from "../../packages/cli/src/server/connect.ts";
import type { Action, Frame } from "../../packages/cli/src/frame.ts";
import type { FrameRenderer } from "../../packages/cli/src/render/frames.ts";
import type { Terminal } from "../../packages/cli/src/terminal/terminal.ts";
import type { Watcher } from "../../packages/cli/src/watch/watch.ts";

/** Milliseconds to read what is approved. */
const readingMs = 1200;

export interface ApprovingOptions {
  renderer: FrameRenderer;
  terminal: Terminal;
  /** Called with each frame before it is shown. */
  onFrame(frame: Frame): void;
}

/** Shows the session, and approves each action in place of the person. */
export function createApprovingWatcher(client: Client, options: ApprovingOptions): Watcher {
  const { renderer, onFrame } = options;
  return {
    frame: (frame) => {
      onFrame(frame);
      renderer.render(frame);
    },
    lost: renderer.lost,
    quiet: async ({ pending: [next] }) => {
      if (next) await approve(client, options, next);
      return undefined;
    },
    interrupt: async () => ({ type: "left" }),
  };
}

async function approve(
  client: Client,
  { renderer, terminal }: ApprovingOptions,
  action: Action,
): Promise<void> {
  renderer.ask(action);
  renderer.page.line(`  ${terminal.style.waiting("│ approving for you …")}`);
  await sleep(readingMs);
  const body = { type: "approve" as const, actionId: action.id };
  await client.createAction({ params: { sessionId: action.sessionId }, body });
}

/** Whether each `node --test` of the session passed. */
export function createTestRuns() {
  const passed: boolean[] = [];
  /** By tool call id. */
  const inputs = new Map<string, string>();
  return {
    add: (frame: Frame): void => {
      if (frame.type === "tool.call") inputs.set(frame.data.toolCallId, JSON.stringify(frame.data.input));
      if (frame.type !== "tool.result") return;
      const isTest = inputs.get(frame.data.toolCallId)?.includes("node --test") === true;
      if (isTest) passed.push(frame.data.output.success && !frame.data.isError);
    },
    /** The first run failed and the last one passed. */
    wentGreen: (): boolean => passed[0] === false && passed.at(-1) === true,
  };
}
