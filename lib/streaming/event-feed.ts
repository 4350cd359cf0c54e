import { setImmediate as nextTurn } from "node:timers/promises";
import { eventPlace } from "../event.ts";
import type { Event, EventFeed, EventLog, EventStreams, FeedQuery, Gap, StreamFrame } from "../event.ts";
import type { Snapshot } from "../session.ts";
import { readPositionOf } from "./read-position.ts";
import { createSnapshots } from "./snapshots.ts";
import { createTails, type Tails } from "./tails.ts";

export interface EventFeedOptions {
  log: EventLog;
  /** The state of a session now. Throws AppError not-found. */
  snapshot: (sessionId: string) => Snapshot;
  /** Events of a session kept in memory while somebody reads it. */
  recentEventsMax?: number;
  /** Characters of text in them. */
  recentCharactersMax?: number;
}

/** Events read from the log at once. Those of a loud command have many KiB each, and a batch is held until its reader took it. */
const logPageEvents = 50;

/**
 * Pull model: a reader holds nothing but its place in the log, and asks for what comes after it. What is recent comes
 * from a tail shared by all readers of the session, everything else from the log, so a slow reader costs no memory and
 * a fast one no query.
 *
 * No event can be missed or doubled, because all of this runs on one thread: between looking for events after a place
 * and waiting for the next commit there is no `await`, so no commit fits in between; and each batch begins where the
 * one before it ended, whichever of the two sources it came from.
 */
export function createEventFeed(options: EventFeedOptions): EventFeed & EventStreams {
  const { log, recentEventsMax = 256, recentCharactersMax = 512 * 1024 } = options;
  const snapshotAt = createSnapshots(options.snapshot);
  const tails = createTails(log, { eventsMax: recentEventsMax, charactersMax: recentCharactersMax });
  return {
    open(query) {
      // Taken here and not at the first pull, so that an unknown session is an error of the caller's and not of the stream.
      const { after, gap, lastSequence } = readPositionOf(log, query.sessionId, query.after);
      const frame = snapshotAt(query.sessionId, lastSequence);
      const first: StreamFrame[] = gap ? [frame, gapFrame(query.sessionId, gap)] : [frame];
      return follow({ log, tails, query, first, after, snapshotAt });
    },
    page({ sessionId, after, limit }) {
      const start = readPositionOf(log, sessionId, after);
      const found = log.read(sessionId, start.after, limit + 1);
      const items = found.slice(0, limit);
      return {
        items,
        nextCursor: found.length > limit ? (items.at(-1)?.id ?? null) : null,
        gap: start.gap,
      };
    },
    end: tails.end,
    close: tails.close,
  };
}

interface Following {
  log: EventLog;
  tails: Tails;
  query: FeedQuery;
  first: readonly StreamFrame[];
  after: number;
  snapshotAt: ReturnType<typeof createSnapshots>;
}

async function* follow({
  log,
  tails,
  query,
  first,
  after,
  snapshotAt,
}: Following): AsyncGenerator<readonly StreamFrame[]> {
  const { sessionId, signal } = query;
  const tail = tails.join(sessionId);
  let place = after;
  let wake = () => {};
  const onAbort = () => wake();
  signal.addEventListener("abort", onAbort);
  try {
    if (!signal.aborted) yield first;
    while (!signal.aborted && !tail.isEnded) {
      const recent = tail.after(place);
      const batch = recent
        ? { frames: recent, place: placeAfter(recent, place) }
        : readPage({ log, snapshotAt }, sessionId, place);
      if (batch.frames.length > 0) {
        place = batch.place;
        yield batch.frames;
        if (recent === undefined) await nextTurn(); // A long replay lets others have their turn.
      } else {
        await new Promise<void>((resolve) => {
          wake = resolve;
          tail.onNext(resolve);
        });
      }
    }
  } finally {
    signal.removeEventListener("abort", onAbort);
    tail.forget(wake);
    tails.leave(sessionId, tail);
  }
}

interface Batch {
  frames: readonly StreamFrame[];
  /** Sequence to go on from. */
  place: number;
}

/**
 * Events from the log. When what should have come next was pruned since, a snapshot and a gap come first: what the lost
 * events said of the present, such as a decision that was taken, is in none that follows.
 */
function readPage(
  { log, snapshotAt }: Pick<Following, "log" | "snapshotAt">,
  sessionId: string,
  place: number,
): Batch {
  const { firstSequence, lastSequence } = log.bounds(sessionId);
  const from = Math.max(place, firstSequence - 1);
  const events = log.read(sessionId, from, logPageEvents);
  if (from === place) return { frames: events, place: placeAfter(events, from) };
  const gap = gapFrame(sessionId, { reason: "pruned", firstId: events[0]?.id ?? null });
  const frames = [snapshotAt(sessionId, lastSequence), gap, ...events];
  return { frames, place: placeAfter(events, from) };
}

function gapFrame(sessionId: string, data: Gap): StreamFrame {
  return { type: "gap", sessionId, data };
}

function placeAfter(events: readonly Event[], place: number): number {
  const last = events.at(-1);
  return last ? eventPlace(last.id).sequence : place;
}
