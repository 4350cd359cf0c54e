import type { StreamState } from "../../../shared/src/index.ts";
import { followSession } from "../../../shared/src/index.ts";
import type { Action, Frame, Task } from "../frame.ts";
import { hasEnded } from "../frame.ts";
import type { Client } from "../server/connect.ts";
import type { KeyPress } from "../terminal/keyboard.ts";
import type { Inbox } from "./inbox.ts";
import { createInbox } from "./inbox.ts";
import type { Situation } from "./situation.ts";
import { createSituation } from "./situation.ts";

/** What can happen while a session is watched. */
export type WatchEvent =
  | { type: "frame"; frame: Frame }
  | { type: "key"; key: KeyPress }
  | { type: "interrupt" }
  | { type: "lost" }
  | { type: "end" }
  | { type: "failure"; error: unknown };

export type Outcome = { type: "ended"; task: Task } | { type: "waiting"; action: Action } | { type: "left" };

/** Who the session is shown to: a person at a terminal, a pipe, a script. */
export interface Watcher {
  frame(frame: Frame, situation: Situation): void;
  /** The connection was lost; the client tries again. */
  lost(): void;
  /** No frame came for a moment. An outcome ends the watching. */
  quiet(situation: Situation): Promise<Outcome | undefined>;
  key?(key: KeyPress, inbox: Inbox<WatchEvent>): Promise<void>;
  /** Ctrl-C. An outcome ends the watching. */
  interrupt(): Promise<Outcome | undefined>;
}

export interface WatchOptions {
  client: Client;
  sessionId: string;
  /** Cursor. Without one the session is read from its start. */
  after?: string | undefined;
  /** The watching ends with this task. */
  taskId?: string | undefined;
  watcher: Watcher;
  inbox?: Inbox<WatchEvent>;
}

/** Milliseconds without a frame before a person is asked: a setting approves some actions right after they appear. */
const quietMs = 60;

/** Follows a session until its task ends, the watcher has an outcome, or the person leaves. */
export async function watch(options: WatchOptions): Promise<Outcome> {
  const inbox = options.inbox ?? createInbox<WatchEvent>();
  const stop = new AbortController();
  const onSignal = () => inbox.put({ type: "interrupt" });
  process.on("SIGINT", onSignal);
  void readFrames(options, inbox, stop.signal);
  try {
    return await reactToAll({ ...options, inbox, situation: createSituation() });
  } finally {
    process.off("SIGINT", onSignal);
    stop.abort();
  }
}

interface Context extends WatchOptions {
  inbox: Inbox<WatchEvent>;
  situation: Situation;
}

async function reactToAll(context: Context): Promise<Outcome> {
  for (let wasQuiet = true; ;) {
    const event = await context.inbox.take(wasQuiet ? undefined : quietMs);
    wasQuiet = event === undefined;
    const outcome = await react(context, event);
    if (outcome) return outcome;
  }
}

async function react(context: Context, event: WatchEvent | undefined): Promise<Outcome | undefined> {
  const { watcher, situation, inbox } = context;
  switch (event?.type) {
    case undefined:
      return watcher.quiet(situation);
    case "frame":
      return applyFrame(context, event.frame);
    case "key":
      await watcher.key?.(event.key, inbox);
      return undefined;
    case "interrupt":
      return watcher.interrupt();
    case "lost":
      watcher.lost();
      return undefined;
    case "end":
      return { type: "left" };
    case "failure":
      throw event.error;
  }
}

async function applyFrame(context: Context, frame: Frame): Promise<Outcome | undefined> {
  const { client, watcher, taskId, situation } = context;
  situation.apply(frame);
  watcher.frame(frame, situation);
  if (taskId === undefined) return undefined;
  const task =
    frame.type === "gap" ? await client.getTask({ params: { taskId } }) : situation.ended.get(taskId);
  return task && hasEnded(task) ? { type: "ended", task } : undefined;
}

async function readFrames(
  { client, sessionId, after }: WatchOptions,
  inbox: Inbox<WatchEvent>,
  signal: AbortSignal,
) {
  const onState = (state: StreamState) => {
    if (state === "waiting") inbox.put({ type: "lost" });
  };
  try {
    for await (const frame of followSession(client, sessionId, { after, signal, onState })) {
      inbox.put({ type: "frame", frame });
      await inbox.room();
      if (signal.aborted) return;
    }
    inbox.put({ type: "end" });
  } catch (error) {
    if (!signal.aborted) inbox.put({ type: "failure", error });
  }
}
