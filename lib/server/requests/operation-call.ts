import type { StreamFrame } from "../../event.ts";
import type { FileBody } from "../../ports/handler.ts";
import type { ContractOperation } from "../contract/contract.ts";

/** A validated request, over HTTP or WebSocket. */
export interface OperationCall {
  operation: ContractOperation;
  input: CallInput;
  /** With a key, the operation is executed only once. */
  idempotency?: IdempotencyKey | undefined;
}

export interface CallInput {
  params: object;
  query: object;
  headers: object;
  body: unknown;
  signal: AbortSignal;
}

export interface CallResult {
  status: number;
  body?: unknown;
  events?: AsyncIterable<readonly StreamFrame[]>;
  file?: FileBody;
  /** Whether this is the stored answer of an earlier request with the same key. */
  isReplay?: boolean;
}

/** A key that the client chose for one request. */
export interface IdempotencyKey {
  key: string;
  /** Equal for equal requests. For a body that streams, throws until it has been read. */
  requestHash(): string;
}
