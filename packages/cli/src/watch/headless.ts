import type { Action } from "../frame.ts";
import { shortId } from "../ids.ts";
import type { FrameRenderer } from "../render/frames.ts";
import type { Terminal } from "../terminal/terminal.ts";
import type { Outcome, Watcher } from "./watch.ts";

export interface HeadlessOptions {
  terminal: Terminal;
  /** Undefined for scripts: each frame is printed as it came, one JSON object per line. */
  renderer: FrameRenderer | undefined;
  /** A pending action ends the watching, because nobody is there to decide. */
  leavesWhenAsked: boolean;
  onInterrupt(): Promise<Outcome | undefined>;
}

/** A pipe or a script: prints, and asks nothing. */
export function createHeadlessWatcher(options: HeadlessOptions): Watcher {
  const { terminal, renderer, leavesWhenAsked, onInterrupt } = options;
  const shown = new Set<string>();

  const show = (action: Action) => {
    if (!shown.has(action.id)) renderer?.ask(action, { footer: footerFor(action) });
    shown.add(action.id);
  };
  return {
    frame: (frame) => {
      if (renderer) renderer.render(frame);
      else terminal.out(`${JSON.stringify(frame)}\n`);
    },
    lost: () => renderer?.lost(),
    quiet: async ({ pending }) => {
      for (const action of pending) show(action);
      const first = pending.find(({ type }) => type !== "host"); // For a host the task does not wait.
      return first && leavesWhenAsked ? { type: "waiting", action: first } : undefined;
    },
    interrupt: onInterrupt,
  };
}

function footerFor(action: Action): string {
  const id = shortId(action.id);
  return action.type === "question"
    ? `talkcody answer ${id} …`
    : `talkcody approve ${id}  or  talkcody reject ${id} --reason "…"`;
}
