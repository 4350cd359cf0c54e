import type { StreamState } from "../../../shared/src/index.ts";
import { followSession } from "../../../shared/src/index.ts";
import type { Client } from "../server/connect.ts";
import type { Action, Frame, Task } from "../frame.ts";
import { hasEnded } from "../frame.ts";
import type { Inbox } from "./inbox.ts";
import { createInbox } from "./inbox.ts";
import type { KeyPress } from "../terminal/keyboard.ts";
import type { Situation } from "./situation.ts";
import { createSituation } from "./situation.ts";

/** What happens while a session is watched. */
export type Happening =
  | { type: "frame"; frame: Frame }
  | { type: "key"; key: KeyPress }
  | { type: "interrupt" }
  | { type: "lost" }
  | { type: "end" }
  | { type: "failure"; error: unknown };

export type Outcome = { type: "ended"; task: Task } | { type: "waiting"; action: Action } | { type: "left" };

/** Who looks at the session: a person at a terminal, a pipe, a script. */
export interface Watcher {
  frame(frame: Frame, situation: Situation): void;
  /** The line was cut; it is tried again. */
  lost(): void;
  /** Nothing more comes at the moment. An outcome ends the watching. */
  quiet(situation: Situation): Promise<Outcome | undefined>;
  key?(key: KeyPress, inbox: Inbox<Happening>): Promise<void>;
  interrupt(): Promise<Outcome | undefined>;
}

export interface WatchOptions {
  client: Client;
  sessionId: string;
  /** Cursor; without one the session is read from its start. */
  after?: string | undefined;
  /** The watching ends with this task. */
  taskId?: string | undefined;
  watcher: Watcher;
  inbox?: Inbox<Happening>;
}

/** An action that a setting approves is resolved right behind; only one that stays is asked. */
const settleMs = 60;

/** Follows a session until its task ends, the watcher has an outcome, or the person leaves. */
export async function watch(options: WatchOptions): Promise<Outcome> {
  const inbox = options.inbox ?? createInbox<Happening>();
  const stop = new AbortController();
  const onSignal = () => inbox.put({ type: "interrupt" });
  process.on("SIGINT", onSignal);
  void pump(options, inbox, stop.signal);
  try {
    return await attend(options, inbox);
  } finally {
    process.off("SIGINT", onSignal);
    stop.abort();
  }
}

async function attend({ client, watcher, taskId }: WatchOptions, inbox: Inbox<Happening>): Promise<Outcome> {
  const situation = createSituation();
  for (let isNew = false; ;) {
    const happening = await inbox.take(isNew ? settleMs : undefined);
    isNew = happening !== undefined;
    const outcome = await react(happening);
    if (outcome) return outcome;
  }

  async function react(happening: Happening | undefined): Promise<Outcome | undefined> {
    switch (happening?.type) {
      case undefined:
        return watcher.quiet(situation);
      case "frame":
        return see(happening.frame);
      case "key":
        await watcher.key?.(happening.key, inbox);
        return undefined;
      case "interrupt":
        return watcher.interrupt();
      case "lost":
        watcher.lost();
        return undefined;
      case "end":
        return { type: "left" };
      case "failure":
        throw happening.error;
    }
  }

  async function see(frame: Frame): Promise<Outcome | undefined> {
    situation.apply(frame);
    watcher.frame(frame, situation);
    if (taskId === undefined) return undefined;
    const task =
      frame.type === "gap" ? await client.getTask({ params: { taskId } }) : situation.ended.get(taskId);
    return task && hasEnded(task) ? { type: "ended", task } : undefined;
  }
}

async function pump(
  { client, sessionId, after }: WatchOptions,
  inbox: Inbox<Happening>,
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
