import { setTimeout as sleep } from "node:timers/promises";
import type { Client } from "../../packages/cli/src/server/connect.ts";
import type { Action, Frame } from "../../packages/cli/src/frame.ts";
import type { FrameRenderer } from "../../packages/cli/src/render/frames.ts";
import type { Terminal } from "../../packages/cli/src/terminal/terminal.ts";
import type { Watcher } from "../../packages/cli/src/watch/watch.ts";

/** Time to read what is approved. */
const readingMs = 1200;

export interface Audience {
  renderer: FrameRenderer;
  terminal: Terminal;
  /** Sees each frame. */
  note(frame: Frame): void;
}

/** Watches for the person, and approves in their place, in plain sight. */
export function createApprovingWatcher(client: Client, { renderer, terminal, note }: Audience): Watcher {
  const approve = async (action: Action) => {
    renderer.ask(action);
    renderer.page.line(`  ${terminal.style.waiting("│ approving for you …")}`);
    await sleep(readingMs);
    const body = { type: "approve" as const, actionId: action.id };
    await client.createAction({ params: { sessionId: action.sessionId }, body });
  };
  return {
    frame: (frame) => {
      note(frame);
      renderer.render(frame);
    },
    lost: renderer.lost,
    quiet: async ({ pending }) => {
      const [next] = pending;
      if (next) await approve(next);
      return undefined;
    },
    interrupt: async () => ({ type: "left" }),
  };
}

/** What the commands of the session really ended with: `node --test` red first, green last. */
export function createScoreboard() {
  const tests: boolean[] = [];
  const commands = new Map<string, string>();
  return {
    note: (frame: Frame): void => {
      if (frame.type === "tool.call") commands.set(frame.data.toolCallId, JSON.stringify(frame.data.input));
      if (frame.type !== "tool.result") return;
      const isTest = commands.get(frame.data.toolCallId)?.includes("node --test") === true;
      if (isTest) tests.push(frame.data.output.success && !frame.data.isError);
    },
    /** The test failed first and passes now. */
    wentGreen: (): boolean => tests[0] === false && tests.at(-1) === true,
  };
}
