import type { Schemas } from "../../../packages/shared/src/index.ts";
import { eventPlace } from "../../../lib/event.ts";
import { olderSession } from "../host/hand.ts";
import type { Followed, Outcome, StoredSession } from "../report/outcome.ts";
import { type Breach, same, unless } from "./breach.ts";

type Event = Schemas["Event"];

/** Every log goes up without a hole, but for pieces that a whole has replaced; and everybody heard all of it, once. */
export function checkLogs({ sessions, followed }: Outcome): Breach[] {
  // Nobody did anything in that session for years: it has its state, and no log.
  const living = sessions.filter(({ session }) => session.id !== olderSession.id);
  return living.flatMap((stored) => {
    const listeners = followed.filter(({ sessionId }) => sessionId === stored.session.id);
    return [
      ...checkOrder(`The log of ${stored.session.id}`, stored.events),
      ...checkHoles(stored, listeners),
      ...listeners.flatMap((listener) => checkListener(listener, stored)),
    ];
  });
}

function checkOrder(what: string, events: readonly Event[]): Breach[] {
  return events.flatMap(({ id }, place) =>
    unless(place === 0 || (events[place - 1]?.id ?? "") < id, {
      kind: "duplicated",
      what: `${what} does not go up`,
      expected: `more than ${events[place - 1]?.id}`,
      came: id,
    }),
  );
}

/** A number may be missing where somebody heard a piece that was superseded, or where only pieces can have been. */
function checkHoles({ session, events }: StoredSession, listeners: readonly Followed[]): Breach[] {
  const heard = new Map(
    listeners.flatMap(({ events: known }) => known.map((event) => [sequenceOf(event), event])),
  );
  const there = new Set(events.map(sequenceOf));
  const last = eventPlace(session.lastEventId ?? "evt_0_0").sequence;
  return Array.from({ length: last }, (_, place) => place + 1)
    .filter((sequence) => !there.has(sequence))
    .filter((sequence) => !mayBeMissing(sequence, { event: heard.get(sequence), events }))
    .map((sequence) => ({
      kind: "lost",
      what: `Event ${sequence} of ${session.id} is gone, and was no superseded piece`,
      came: heard.get(sequence),
    }));
}

function mayBeMissing(
  sequence: number,
  { event, events }: { event: Event | undefined; events: readonly Event[] },
): boolean {
  const later = events.filter((other) => sequenceOf(other) > sequence);
  if (event !== undefined)
    return isPiece(event) && later.some((other) => supersedes(other, subjectOf(event)));
  const subjects = new Set(events.filter((other) => sequenceOf(other) < sequence).map(subjectOf));
  return later.some((other) => subjects.has(subjectOf(other)) && supersedes(other, subjectOf(other)));
}

function isPiece({ type }: Event): boolean {
  return type === "token" || type === "reasoning" || type === "tool.output" || type === "message.created";
}

function supersedes(event: Event, subject: string | undefined): boolean {
  const isWhole =
    event.type === "message.final" || event.type === "tool.result" || event.type === "message.created";
  return subject !== undefined && isWhole && subjectOf(event) === subject;
}

function subjectOf({ type, data, taskId }: Event): string | undefined {
  switch (type) {
    case "token":
    case "reasoning":
      return data.messageId;
    case "message.created":
    case "message.final":
      return data.message.id;
    case "tool.call":
    case "tool.output":
    case "tool.result":
      return `${taskId} ${data.toolCallId}`;
    default:
      return undefined;
  }
}

function checkListener({ sessionId, isLate, events, gaps }: Followed, stored: StoredSession): Breach[] {
  const who = isLate ? `Whoever comes late to ${sessionId}` : `Whoever follows ${sessionId}`;
  const heard = new Map(events.map((event) => [event.id, event]));
  const missing = stored.events.filter(({ id }) => !heard.has(id));
  return [
    ...unless(gaps === 0, { kind: "gap", what: `${who} was told of a gap`, expected: 0, came: gaps }),
    ...checkOrder(`What ${who.toLowerCase()} hears`, events),
    ...unless(missing.length === 0, {
      kind: "gap",
      what: `${who} did not hear`,
      came: missing.map(({ id, type }) => `${id} ${type}`),
    }),
    ...stored.events.flatMap((event) =>
      heard.has(event.id)
        ? same("difference", `${who} heard ${event.id} otherwise`, {
            expected: event,
            came: heard.get(event.id),
          })
        : [],
    ),
  ];
}

function sequenceOf({ id }: Event): number {
  return eventPlace(id).sequence;
}
