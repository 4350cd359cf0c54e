import { AppError } from "../../lib/errors.ts";
import { eventPlace } from "../../lib/event.ts";
import type { Event, Gap, StreamFrame } from "../../lib/event.ts";
import { emptyState, reduce, type SessionState } from "../../packages/shared/src/index.ts";
import { must } from "./audit/breach.ts";
import type { Server } from "./server.ts";
import type { Stage } from "./stage.ts";

const invariant = "a reader hears each event once and in order";

/** A client that follows a session over the runs of the server, and folds what it hears. */
export interface Reader {
  readonly sessionId: string;
  readonly state: SessionState;
  readonly isConnected: boolean;
  /** It came when the log was cut already, so it knows no task that had ended by then. */
  readonly hasGap: boolean;
  connect(server: Server): void;
  cut(): void;
}

export interface ReaderParts {
  sessionId: string;
  stage: Stage;
  /** Whether an event of the session may be missing: it was made void by a later one. */
  isSuperseded(sequence: number): boolean;
  /** Whether the log may have let go of it. */
  isLetGo(sequence: number): boolean;
}

export function createReader({ sessionId, stage, isSuperseded, isLetGo }: ReaderParts): Reader {
  let state = emptyState;
  let line: AbortController | undefined;
  let skips = stage.sabotage.skipsInFeed ?? false;

  /** What was heard last; kept where a gap makes the state forget it. */
  let heard = 0;
  let hasGap = false;

  const checkPlace = (event: Event) => {
    const { sequence } = eventPlace(event.id);
    must(invariant, sequence > heard, () => `${event.id} came after ${heard}.`);
    for (let missing = heard + 1; missing < sequence; missing++)
      must(
        invariant,
        isSuperseded(missing),
        () => `${sessionId}: ${missing} never came; ${event.id} came after ${heard}.`,
      );
    heard = sequence;
  };
  /** Told only where the log was lawfully cut; what it left out is read as our clients read it. */
  const mind = (gap: Gap, { storage }: Server) => {
    const isCut = gap.reason === "pruned" && isLetGo(heard + 1);
    must(invariant, isCut, () => `A gap (${gap.reason}) after ${heard} though nothing was lost.`);
    hasGap = true;
    heard = storage.events.bounds(sessionId).firstSequence - 1;
    const messages = storage.messages.list(sessionId, { limit: 100_000 });
    state = reduce(state, { type: "history", sessionId, messages });
  };
  const hear = (frame: StreamFrame, server: Server) => {
    if (frame.type === "message.final" && skips) return void (skips = false);
    if (frame.type !== "snapshot" && frame.type !== "gap") checkPlace(frame);
    state = reduce(state, frame);
    if (frame.type === "gap") mind(frame.data, server);
  };
  const follow = async (server: Server, own: AbortController) => {
    const after = state.lastEventId ?? undefined;
    for await (const frames of server.feed.open({ sessionId, after, signal: own.signal })) {
      if (own.signal.aborted || server.life.isOver) return;
      for (const frame of frames) hear(frame, server);
    }
  };
  return {
    sessionId,
    get state() {
      return state;
    },
    get hasGap() {
      return hasGap;
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
