import { now } from "../monotonic.ts";
import type { StreamFrame } from "../../packages/shared/src/index.ts";
import type { Account } from "./account.ts";
import { createAccount } from "./account.ts";
import type { Connection, ConnectionOptions, Transport } from "./connection.ts";
import { openConnection } from "./connection.ts";

export interface Reader extends Pick<Account, "lastId" | "lost" | "doubled"> {
  readonly sessionId: string;
  /** The current connection has delivered its first frame. */
  readonly isBack: boolean;
  cutAfter(bytes: number): void;
  close(): void;
}

export interface ReaderOptions extends Pick<ConnectionOptions, "url" | "key" | "sessionId"> {
  over: Transport;
  onFrame(frame: StreamFrame): void;
  /** Called with the first frame of a connection, and the milliseconds since the one before it was lost, or since the start. */
  onBack(ms: number): void;
}

/** Milliseconds until a refused connection is tried again. */
const againMs = 20;

interface Context extends ReaderOptions {
  readonly account: Account;
  connection: Connection | undefined;
  lostAt: number;
  isBack: boolean;
  isClosed: boolean;
}

/** Follows a session from its first event. When its connection is lost, it connects again at once, with its cursor. */
export function createReader(options: ReaderOptions): Reader {
  const account = createAccount();
  const context: Context = {
    ...options,
    account,
    connection: undefined,
    lostAt: now(),
    isBack: false,
    isClosed: false,
  };
  open(context);
  return {
    sessionId: options.sessionId,
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
      return context.isBack;
    },
    cutAfter: (bytes) => context.connection?.cutAfter(bytes),
    close: () => close(context),
  };
}

function open(context: Context): void {
  if (context.isClosed) return;
  const { url, key, sessionId, over, account } = context;
  context.connection = openConnection[over]({
    url,
    key,
    sessionId,
    after: account.lastId,
    onFrame: (frame) => receive(context, frame),
    onLost: () => reopen(context),
  });
}

function receive(context: Context, frame: StreamFrame): void {
  if (!context.isBack) context.onBack(now() - context.lostAt);
  context.isBack = true;
  context.account.add(frame);
  context.onFrame(frame);
}

function reopen(context: Context): void {
  if (!context.isBack) return void setTimeout(() => open(context), againMs);
  context.isBack = false;
  context.lostAt = now();
  open(context);
}

function close(context: Context): void {
  context.isClosed = true;
  context.connection?.close();
}
