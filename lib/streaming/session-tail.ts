import { type Event, eventPlace } from "../event.ts";

/** The end of one session's log, kept in memory once for all who read it just now. */
export interface SessionTail {
  /** Committed events in order; those the tail knows already are passed over. */
  add(events: readonly Event[]): void;
  /** Events after the sequence, or undefined when the tail does not reach back that far. Readers at the same place get the same array. */
  after(sequence: number): readonly Event[] | undefined;
  /** Calls `wake` at the next commit, once. */
  onNext(wake: () => void): void;
  /** Takes a waiting `wake` back. */
  forget(wake: () => void): void;
  /** Ends every stream of this session. */
  end(): void;
  readonly isEnded: boolean;
}

export interface SessionTailOptions {
  /** Sequence of the last event in the log when the tail begins. */
  lastSequence: number;
  /** Events kept; older ones are read from the log. */
  eventsMax: number;
  /** Characters of text in the events kept. */
  charactersMax: number;
}

export function createSessionTail({
  lastSequence,
  eventsMax,
  charactersMax,
}: SessionTailOptions): SessionTail {
  let events: Event[] = [];
  let sequences: number[] = [];
  let characters = 0;
  /** Every event after this sequence is in the tail. */
  let floor = lastSequence;
  let last = lastSequence;
  let isEnded = false;
  let waiting = new Set<() => void>();
  let shared: { sequence: number; events: readonly Event[] } | undefined;

  const wakeAll = () => {
    const woken = waiting;
    waiting = new Set();
    for (const wake of woken) wake();
  };
  const drop = () => {
    // Twice the bound before anything moves: dropping costs little per event then.
    if (events.length <= eventsMax * 2 && characters <= charactersMax * 2) return;
    let surplus = Math.max(0, events.length - eventsMax);
    characters = events.slice(surplus).reduce((sum, event) => sum + charactersOf(event), 0);
    for (const event of events.slice(surplus)) {
      if (characters <= charactersMax) break;
      characters -= charactersOf(event);
      surplus++;
    }
    floor = sequences[surplus - 1] ?? floor;
    events = events.slice(surplus);
    sequences = sequences.slice(surplus);
  };
  return {
    add(committed) {
      for (const event of committed) {
        const { sequence } = eventPlace(event.id);
        if (sequence <= last) continue;
        last = sequence;
        events.push(event);
        sequences.push(sequence);
        characters += charactersOf(event);
      }
      shared = undefined;
      drop();
      wakeAll();
    },
    after(sequence) {
      if (sequence < floor) return undefined;
      if (shared?.sequence === sequence) return shared.events;
      shared = { sequence, events: events.slice(indexAfter(sequences, sequence)) };
      return shared.events;
    },
    onNext: (wake) => void waiting.add(wake),
    forget: (wake) => void waiting.delete(wake),
    end() {
      isEnded = true;
      wakeAll();
    },
    get isEnded() {
      return isEnded;
    },
  };
}

/** Readers are nearly always close to the end, so the search begins there. */
function indexAfter(sequences: readonly number[], sequence: number): number {
  let index = sequences.length;
  while (index > 0 && (sequences[index - 1] ?? 0) > sequence) index--;
  return index;
}

/** Roughly: the text of what can be long and comes often; the rest is seldom, and written out to be counted. */
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
