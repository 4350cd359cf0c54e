import type { Context } from "./command.ts";
import type { Client } from "./connect.ts";
import { createHeadlessWatcher } from "./headless.ts";
import { createInbox } from "./inbox.ts";
import { createInteractiveWatcher } from "./interactive.ts";
import { openKeyboard } from "./keyboard.ts";
import type { FrameRenderer } from "./render/frames.ts";
import { createFrameRenderer } from "./render/frames.ts";
import type { Happening, Outcome } from "./watch.ts";
import { watch } from "./watch.ts";

export interface Presentation extends Pick<Context, "terminal" | "json"> {
  client: Client;
  sessionId: string;
  after?: string | undefined;
  /** Ends with this task. */
  taskId?: string | undefined;
  /** Where the rendering goes; the terminal by default. */
  write?: (text: string) => void;
  /** The history has been read. */
  onLive?: () => void;
  onInterrupt(): Promise<Outcome | undefined>;
}

/** Shows a session as fits: to a person who may act, to a pipe, or as JSON. */
export async function present(presentation: Presentation): Promise<Outcome> {
  const { terminal, json } = presentation;
  if (terminal.isInteractive && !json) return presentToPerson(presentation);
  const renderer = json ? undefined : rendererFor(presentation);
  const leavesWhenAsked = presentation.taskId !== undefined;
  return watch({
    ...presentation,
    watcher: announcing(presentation, createHeadlessWatcher({ ...presentation, renderer, leavesWhenAsked })),
  });
}

async function presentToPerson(presentation: Presentation): Promise<Outcome> {
  const { terminal } = presentation;
  const inbox = createInbox<Happening>();
  const keyboard = openKeyboard({
    input: terminal.input,
    output: terminal.output,
    onKey: (key) => inbox.put({ type: "key", key }),
    onInterrupt: () => inbox.put({ type: "interrupt" }),
  });
  const renderer = rendererFor(presentation);
  try {
    const watcher = createInteractiveWatcher({ ...presentation, renderer, keyboard });
    return await watch({ ...presentation, inbox, watcher: announcing(presentation, watcher) });
  } finally {
    renderer.page.clearPrompt();
    keyboard.close();
  }
}

function rendererFor({ terminal, write = terminal.out }: Presentation): FrameRenderer {
  return createFrameRenderer({ write, style: terminal.style, columns: terminal.columns });
}

type Watcher = Parameters<typeof watch>[0]["watcher"];

/** Tells once when the history has been read: at its last event, or when nothing more comes. */
function announcing({ onLive }: Presentation, watcher: Watcher): Watcher {
  if (onLive === undefined) return watcher;
  return {
    ...watcher,
    frame: (frame, situation) => {
      watcher.frame(frame, situation);
      if (situation.isLive) onLive();
    },
    quiet: (situation) => {
      onLive();
      return watcher.quiet(situation);
    },
  };
}
