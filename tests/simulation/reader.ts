import { AppError } from "../../lib/errors.ts";
import { eventPlace } from "../../lib/event.ts";
import type { Event, StreamFrame } from "../../lib/event.ts";
import { emptyState, reduce, type SessionState } from "../../packages/shared/src/index.ts";
import { Breach, must } from "./breach.ts";
import type { Server } from "./server.ts";
import type { Stage } from "./stage.ts";

const invariant = "a reader hears each event once and in order";

/** A client that follows a session over the lives of the server, and folds what it hears. */
export interface Reader {
  readonly sessionId: string;
  readonly state: SessionState;
  readonly isConnected: boolean;
  connect(server: Server): void;
  cut(): void;
}

export interface ReaderParts {
  sessionId: string;
  stage: Stage;
  /** Whether an event of the session may be missing: it was made void by a later one. */
  isSuperseded(sequence: number): boolean;
}

export function createReader({ sessionId, stage, isSuperseded }: ReaderParts): Reader {
  let state = emptyState;
  let line: AbortController | undefined;
  let skips = stage.sabotage.skipsInFeed ?? false;

  const checkPlace = (event: Event) => {
    const { sequence } = eventPlace(event.id);
    const before = state.lastEventId === null ? 0 : eventPlace(state.lastEventId).sequence;
    must(invariant, sequence > before, () => `${event.id} came after ${state.lastEventId}.`);
    for (let missing = before + 1; missing < sequence; missing++)
      must(
        invariant,
        isSuperseded(missing),
        () => `${sessionId}: ${missing} never came; ${event.id} came after ${state.lastEventId}.`,
      );
  };
  const hear = (frame: StreamFrame) => {
    if (frame.type === "gap")
      throw new Breach(invariant, `A gap (${frame.data.reason}) though nothing was lost.`);
    if (frame.type === "message.final" && skips) return void (skips = false);
    if (frame.type !== "snapshot") checkPlace(frame);
    state = reduce(state, frame);
  };
  const follow = async (server: Server, own: AbortController) => {
    const after = state.lastEventId ?? undefined;
    for await (const frames of server.feed.open({ sessionId, after, signal: own.signal })) {
      if (own.signal.aborted || server.life.isOver) return;
      frames.forEach(hear);
    }
  };
  return {
    sessionId,
    get state() {
      return state;
    },
    get isConnected() {
      return line !== undefined;
    },
    connect: (server) => {
      const own = new AbortController();
      line = own;
      follow(server, own)
        .catch((error: unknown) => {
          const isDeleted = error instanceof AppError && error.code === "not-found";
          if (!isDeleted && !server.life.isOver) stage.breach ??= error;
        })
        .finally(() => line === own && (line = undefined));
    },
    cut: () => {
      line?.abort();
      line = undefined;
    },
  };
}
