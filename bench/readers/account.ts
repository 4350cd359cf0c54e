import type { Schemas } from "../../packages/shared/src/index.ts";

export type Frame = Schemas["Event"] | Schemas["SnapshotFrame"] | Schemas["GapFrame"];

/** What one reader has heard over all of its connections. Sequences are dense while nothing is pruned, so one number tells what is missing. */
export interface Account {
  /** Cursor to resume from. */
  readonly lastId: string | undefined;
  readonly lost: number;
  readonly doubled: number;
  hear(frame: Frame): void;
}

export function createAccount(): Account {
  let lastId: string | undefined;
  let last = 0;
  const counts = { lost: 0, doubled: 0 };
  return {
    get lastId() {
      return lastId;
    },
    get lost() {
      return counts.lost;
    },
    get doubled() {
      return counts.doubled;
    },
    hear: (frame) => {
      if (frame.type === "snapshot") return;
      if (frame.type === "gap") return void counts.lost++; // Nothing is pruned here, so nothing may be missing.
      const sequence = Number(frame.id.split("_")[2]);
      if (sequence <= last) return void counts.doubled++;
      counts.lost += sequence - last - 1;
      last = sequence;
      lastId = frame.id;
    },
  };
}
