import type { operations } from "../../packages/shared/src/contract.gen.ts";
import type { OperationId } from "../../packages/shared/src/routes.gen.ts";
import type { StreamFrame } from "../event.ts";
import type { ByteRange } from "../file.ts";
import type { Services } from "./services.ts";

export type { OperationId } from "../../packages/shared/src/routes.gen.ts";

/** Bytes to answer with. */
export interface FileBody {
  bytes: AsyncIterable<Uint8Array>;
  /** Of what is sent: the range, when there is one. */
  sizeBytes: number;
  /** One that the contract names for the answer. */
  mediaType: string;
  /** For the download; a label. */
  name: string;
  /** Shown by browsers in place; only for types that cannot run anything. */
  isInline: boolean;
  /** SHA-256 of all bytes, when known. */
  sha256?: string;
  /** With the size of the whole. */
  range?: ByteRange & { totalBytes: number };
}

/** A binary request body. */
export interface Upload {
  /** Null when the caller gave none. */
  filename: string | null;
  bytes: AsyncIterable<Uint8Array>;
}

type Parameters<
  O extends OperationId,
  In extends "path" | "query" | "header",
> = operations[O]["parameters"][In] extends infer P
  ? NonNullable<P> extends never
    ? Record<never, never>
    : NonNullable<P>
  : never;

type Body<O extends OperationId> = operations[O] extends { requestBody: { content: infer C } }
  ? C extends { "application/octet-stream": unknown }
    ? Upload
    : C extends { "application/json": infer J }
      ? J
      : never
  : undefined;

/** A request, validated against the contract. */
export interface HandlerInput<O extends OperationId> {
  params: Parameters<O, "path">;
  query: Parameters<O, "query">;
  headers: Parameters<O, "header">;
  body: Body<O>;
  /** Aborted when the caller has gone. */
  signal: AbortSignal;
}

type SuccessStatus = 101 | 200 | 201 | 202 | 204 | 206 | 304;

type AnswerWith<S, C> =
  | (C extends { "application/json": infer J } ? { status: S; body: J } : never)
  | (C extends { "text/event-stream": unknown }
      ? { status: S; events: AsyncIterable<readonly StreamFrame[]> }
      : never)
  | (C extends { "application/octet-stream": unknown } ? { status: S; file: FileBody } : never);

/** One answer the contract documents for the operation. Failures are thrown as AppError. */
export type HandlerAnswer<O extends OperationId> = {
  [S in keyof operations[O]["responses"] & SuccessStatus]: operations[O]["responses"][S] extends {
    content: infer C;
  }
    ? [C] extends [undefined]
      ? { status: S }
      : AnswerWith<S, C>
    : { status: S };
}[keyof operations[O]["responses"] & SuccessStatus];

/** Makes a change and its answer, in the transaction. */
export interface CommitAnswer<A> {
  (): A;
  /** Lets go of what was prepared, when the change is not made or was made by an earlier request under the key. */
  discard?(): void;
}

/**
 * One operation. A handler that changes something runs inside one transaction together with its idempotency record,
 * so it must be synchronous; where it has to wait for the world first (`x-waits` in the contract), it is async and
 * returns a function that makes the change and the answer, and that function runs in the transaction. Until then it may
 * be cut and run again under the same key, so what it does before must bear that. An answer without a function says that
 * the work is done already; run again under the same key, the handler finds it.
 */
export type Handler<O extends OperationId> = (
  input: HandlerInput<O>,
  services: Services,
) => HandlerAnswer<O> | Promise<HandlerAnswer<O> | CommitAnswer<HandlerAnswer<O>>>;

export type Handlers = { [O in OperationId]: Handler<O> };
