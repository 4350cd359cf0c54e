import type { StreamFrame } from "../../packages/shared/src/index.ts";

/** Counts what one reader received over all of its connections. Nothing is pruned here, so sequence numbers have no gaps. */
export interface Account {
  /** Cursor to resume from. */
  readonly lastId: string | undefined;
  readonly lost: number;
  readonly doubled: number;
  add(frame: StreamFrame): void;
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
    add: (frame) => {
      if (frame.type === "snapshot") return;
      if (frame.type === "gap") return void counts.lost++; // Nothing is pruned here, so there must be no gap.
      const sequence = Number(frame.id.split("_")[2]);
      if (sequence <= last) return void counts.doubled++;
      counts.lost += sequence - last - 1;
      last = sequence;
      lastId = frame.id;
    },
  };
}
