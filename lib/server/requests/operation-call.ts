import type { StreamFrame } from "../../event.ts";
import type { FileBody } from "../../ports/handler.ts";
import type { ContractOperation } from "../contract/contract.ts";

/** A validated request, from whichever transport. */
export interface OperationCall {
  operation: ContractOperation;
  input: CallInput;
  /** With a key the work is done once. */
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
  /** This is the stored answer of an earlier request under the same key. */
  isReplay?: boolean;
}

/** Chosen by the client for one request. */
export interface IdempotencyKey {
  key: string;
  /** Tells whether a second request is that one. Throws for a body that streams until it was read. */
  requestHash(): string;
}
