import type { Context } from "../command.ts";
import type { Client } from "../server/connect.ts";
import type { Frame } from "../frame.ts";
import { createHeadlessWatcher } from "./headless.ts";
import { createInbox } from "./inbox.ts";
import { createInteractiveWatcher } from "./interactive.ts";
import { openKeyboard } from "../terminal/keyboard.ts";
import type { FrameRenderer } from "../render/frames.ts";
import { createFrameRenderer } from "../render/frames.ts";
import type { WatchEvent, Outcome, Watcher } from "./watch.ts";
import { watch } from "./watch.ts";

export interface Presentation extends Pick<Context, "terminal" | "json"> {
  client: Client;
  sessionId: string;
  after?: string | undefined;
  /** The watching ends with this task. */
  taskId?: string | undefined;
  /** Where the text goes; the terminal by default. */
  write?: (text: string) => void;
  /** Called when the history has been read. */
  onLive?: () => void;
  /** Called with each frame before it is shown. */
  onFrame?: (frame: Frame) => void;
  onInterrupt(): Promise<Outcome | undefined>;
}

/** Shows a session to a person who can act, to a pipe, or as JSON for a script. */
export async function present(presentation: Presentation): Promise<Outcome> {
  const { terminal, json } = presentation;
  if (terminal.isInteractive && !json) return presentToPerson(presentation);
  const renderer = json ? undefined : rendererFor(presentation);
  const leavesWhenAsked = presentation.taskId !== undefined;
  return watch({
    ...presentation,
    watcher: withCallbacks(
      presentation,
      createHeadlessWatcher({ ...presentation, renderer, leavesWhenAsked }),
    ),
  });
}

async function presentToPerson(presentation: Presentation): Promise<Outcome> {
  const { terminal } = presentation;
  const inbox = createInbox<WatchEvent>();
  const keyboard = openKeyboard({
    input: terminal.input,
    output: terminal.output,
    onKey: (key) => inbox.put({ type: "key", key }),
    onInterrupt: () => inbox.put({ type: "interrupt" }),
  });
  const renderer = rendererFor(presentation);
  try {
    const watcher = createInteractiveWatcher({ ...presentation, renderer, keyboard, inbox });
    return await watch({ ...presentation, inbox, watcher: withCallbacks(presentation, watcher) });
  } finally {
    renderer.page.clearPrompt();
    keyboard.close();
  }
}

function rendererFor({ terminal, write = terminal.out }: Presentation): FrameRenderer {
  return createFrameRenderer({ ...terminal, write });
}

/** Calls `onFrame` for each frame, and `onLive` when the history has been read: at its last event, or when no more comes. */
function withCallbacks({ onLive, onFrame }: Presentation, watcher: Watcher): Watcher {
  return {
    ...watcher,
    frame: (frame, situation) => {
      onFrame?.(frame);
      watcher.frame(frame, situation);
      if (situation.isLive) onLive?.();
    },
    quiet: (situation) => {
      onLive?.();
      return watcher.quiet(situation);
    },
  };
}
