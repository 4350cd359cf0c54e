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
  /** Events kept in memory for each session that is being read. By default 256. */
  recentEventsMax?: number;
  /** Characters of text in these events. By default 512 Ki. */
  recentCharactersMax?: number;
}

/** Events read from the log at once. An event of command output has many KiB, and a batch stays in memory until it is sent. */
const logPageEvents = 50;

/**
 * Readers pull: each holds only its place in the log and asks for what comes after it. Recent events come from a tail
 * that all readers of the session share, others from the log. So a slow reader costs no memory, and a fast one no query.
 *
 * No event is missed or repeated. Everything here runs on one thread, and there is no `await` between looking for events
 * after a place and waiting for the next commit, so no commit can happen in between. Each batch begins where the one
 * before it ended, whichever source it comes from.
 */
export function createEventFeed(options: EventFeedOptions): EventFeed & EventStreams {
  const { log, recentEventsMax = 256, recentCharactersMax = 512 * 1024 } = options;
  const tails = createTails(log, { eventsMax: recentEventsMax, charactersMax: recentCharactersMax });
  const sources: Sources = { log, tails, snapshotAt: createSnapshots(options.snapshot) };
  return {
    open: (query) => openStream(sources, query),
    page: (query) => readEventPage(log, query),
    end: tails.end,
    close: tails.close,
    hasReaders: tails.isJoined,
  };
}

interface Sources {
  log: EventLog;
  tails: Tails;
  snapshotAt: ReturnType<typeof createSnapshots>;
}

/** Reads the start at once and not at the first pull, so that the caller and not the stream throws for an unknown session. */
function openStream(sources: Sources, query: FeedQuery): AsyncIterable<readonly StreamFrame[]> {
  const { sessionId } = query;
  const { after, gap, lastSequence } = readPositionOf(sources.log, sessionId, query.after);
  const snapshot = sources.snapshotAt(sessionId, lastSequence);
  const first = gap ? [snapshot, gapFrame(sessionId, gap)] : [snapshot];
  return followLog(sources, query, { first, after });
}

async function* followLog(
  sources: Sources,
  { sessionId, signal }: FeedQuery,
  { first, after }: { first: readonly StreamFrame[]; after: number },
): AsyncGenerator<readonly StreamFrame[]> {
  const tail = sources.tails.join(sessionId);
  let place = after;
  let wake = () => {};
  const onAbort = () => wake();
  signal.addEventListener("abort", onAbort);
  try {
    if (!signal.aborted) yield first;
    while (!signal.aborted && !tail.isEnded) {
      const recent = tail.after(place);
      const batch = recent ? batchOf(recent, place) : readLogBatch(sources, sessionId, place);
      if (batch.frames.length > 0) {
        place = batch.place;
        yield batch.frames;
        if (recent === undefined) await nextTurn(); // So that a long replay does not block the event loop.
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
    sources.tails.leave(sessionId, tail);
  }
}

interface Batch {
  frames: readonly StreamFrame[];
  /** Sequence after which the next batch begins. */
  place: number;
}

/**
 * Events from the log. When the next events were pruned, a snapshot and a gap come first, because nothing that follows
 * repeats what the lost events said about the present, such as a decision that was made.
 */
function readLogBatch({ log, snapshotAt }: Sources, sessionId: string, place: number): Batch {
  const { firstSequence, lastSequence } = log.bounds(sessionId);
  const from = Math.max(place, firstSequence - 1);
  const events = log.read(sessionId, from, logPageEvents);
  if (from === place) return batchOf(events, from);
  const gap = gapFrame(sessionId, { reason: "pruned", firstId: events[0]?.id ?? null });
  const frames = [snapshotAt(sessionId, lastSequence), gap, ...events];
  return { frames, place: placeAfter(events, from) };
}

function readEventPage(
  log: EventLog,
  { sessionId, after, limit }: Parameters<EventFeed["page"]>[0],
): ReturnType<EventFeed["page"]> {
  const start = readPositionOf(log, sessionId, after);
  const found = log.read(sessionId, start.after, limit + 1);
  const items = found.slice(0, limit);
  return {
    items,
    nextCursor: found.length > limit ? (items.at(-1)?.id ?? null) : null,
    gap: start.gap,
  };
}

function batchOf(events: readonly Event[], place: number): Batch {
  return { frames: events, place: placeAfter(events, place) };
}

function gapFrame(sessionId: string, data: Gap): StreamFrame {
  return { type: "gap", sessionId, data };
}

function placeAfter(events: readonly Event[], place: number): number {
  const last = events.at(-1);
  return last ? eventPlace(last.id).sequence : place;
}
