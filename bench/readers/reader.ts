import { now } from "../monotonic.ts";
import type { Account, Frame } from "./account.ts";
import { createAccount } from "./account.ts";
import type { Line, LineOptions, Transport } from "./connection.ts";
import { openLine } from "./connection.ts";

export interface Reader extends Pick<Account, "lastId" | "lost" | "doubled"> {
  readonly sessionId: string;
  /** The current connection has shown that it serves. */
  readonly isBack: boolean;
  cutAfter(bytes: number): void;
  close(): void;
}

export interface ReaderOptions extends Pick<LineOptions, "url" | "key" | "sessionId"> {
  over: Transport;
  hear(frame: Frame): void;
  /** The first frame of a connection is here, so many ms after the one before it was gone, or since the start. */
  onBack(ms: number): void;
}

/** Time until a refused connection is tried again. */
const againMs = 20;

/** Follows a session from its first event on, coming back at once with its cursor whenever its connection is gone. */
export function createReader({ over, hear, onBack, ...address }: ReaderOptions): Reader {
  const account = createAccount();
  let line: Line;
  let goneAt = now();
  let isBack = false;
  let isClosed = false;
  const open = () => {
    if (isClosed) return;
    line = openLine[over]({
      ...address,
      after: account.lastId,
      hear: (frame) => {
        if (!isBack) onBack(now() - goneAt);
        isBack = true;
        account.hear(frame);
        hear(frame);
      },
      onGone: () => {
        if (!isBack) return void setTimeout(open, againMs);
        isBack = false;
        goneAt = now();
        open();
      },
    });
  };
  open();
  return {
    sessionId: address.sessionId,
    get lastId() {
      return account.lastId;
    },
    get lost() {
      return account.lost;
    },
    get doubled() {
      return account.doubled;
    },
    get isBack() {
      return isBack;
    },
    cutAfter: (bytes) => line.cutAfter(bytes),
    close: () => {
      isClosed = true;
      line.close();
    },
  };
}
