import { type Event, eventPlace } from "../event.ts";

/** The end of one session's log, kept in memory once for all its current readers. */
export interface SessionTail {
  /** Adds committed events in order. Ignores those that the tail already has. */
  add(events: readonly Event[]): void;
  /** Events after the sequence; undefined when the tail begins later. Readers at the same place get the same array. */
  after(sequence: number): readonly Event[] | undefined;
  /** Calls `wake` once: at the next commit, or when the tail ends. */
  onNext(wake: () => void): void;
  /** Undoes `onNext`. */
  forget(wake: () => void): void;
  /** Ends every stream of this session. */
  end(): void;
  readonly isEnded: boolean;
}

export interface SessionTailOptions {
  /** Sequence of the last event in the log when the tail begins. */
  lastSequence: number;
  /** Events kept. Older ones are read from the log. */
  eventsMax: number;
  /** Characters of text in the events kept. */
  charactersMax: number;
}

export function createSessionTail(options: SessionTailOptions): SessionTail {
  const tail: Tail = {
    options,
    events: [],
    sequences: [],
    characters: 0,
    floor: options.lastSequence,
    last: options.lastSequence,
    shared: undefined,
    isEnded: false,
    waiting: new Set(),
  };
  return {
    add: (committed) => addEvents(tail, committed),
    after: (sequence) => eventsAfter(tail, sequence),
    onNext: (wake) => void tail.waiting.add(wake),
    forget: (wake) => void tail.waiting.delete(wake),
    end: () => {
      tail.isEnded = true;
      wakeAll(tail);
    },
    get isEnded() {
      return tail.isEnded;
    },
  };
}

interface Tail {
  options: SessionTailOptions;
  events: Event[];
  /** Of `events`, at the same indexes. */
  sequences: number[];
  characters: number;
  /** Every event after this sequence is in the tail. */
  floor: number;
  last: number;
  /** The latest answer of `after`. */
  shared: { sequence: number; events: readonly Event[] } | undefined;
  isEnded: boolean;
  waiting: Set<() => void>;
}

function addEvents(tail: Tail, committed: readonly Event[]): void {
  for (const event of committed) {
    const { sequence } = eventPlace(event.id);
    if (sequence <= tail.last) continue;
    tail.last = sequence;
    tail.events.push(event);
    tail.sequences.push(sequence);
    tail.characters += charactersOf(event);
  }
  tail.shared = undefined;
  dropOldest(tail);
  wakeAll(tail);
}

function dropOldest(tail: Tail): void {
  const { events, sequences } = tail;
  const { eventsMax, charactersMax } = tail.options;
  // Waits for twice the bound, so that moving the rest costs little per event.
  if (events.length <= eventsMax * 2 && tail.characters <= charactersMax * 2) return;
  let surplus = Math.max(0, events.length - eventsMax);
  let characters = events.slice(surplus).reduce((sum, event) => sum + charactersOf(event), 0);
  for (const event of events.slice(surplus)) {
    if (characters <= charactersMax) break;
    characters -= charactersOf(event);
    surplus++;
  }
  tail.floor = sequences[surplus - 1] ?? tail.floor;
  tail.characters = characters;
  tail.events = events.slice(surplus);
  tail.sequences = sequences.slice(surplus);
}

function wakeAll(tail: Tail): void {
  const woken = tail.waiting;
  tail.waiting = new Set();
  for (const wake of woken) wake();
}

function eventsAfter(tail: Tail, sequence: number): readonly Event[] | undefined {
  if (sequence < tail.floor) return undefined;
  if (tail.shared?.sequence === sequence) return tail.shared.events;
  const events = tail.events.slice(indexAfter(tail.sequences, sequence));
  tail.shared = { sequence, events };
  return events;
}

/** Searches from the end, because readers are nearly always close to it. */
function indexAfter(sequences: readonly number[], sequence: number): number {
  let index = sequences.length;
  while (index > 0 && (sequences[index - 1] ?? 0) > sequence) index--;
  return index;
}

/** The length of the text of frequent events. The others are rare, so their JSON may be built to measure it. */
function charactersOf(event: Event): number {
  switch (event.type) {
    case "token":
    case "reasoning":
    case "tool.output":
      return event.data.text.length;
    default:
      return JSON.stringify(event.data).length;
  }
}
