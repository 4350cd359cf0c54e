import type { operations } from "../../packages/shared/src/contract.gen.ts";
import type { OperationId } from "../../packages/shared/src/routes.gen.ts";
import type { StreamFrame } from "../event.ts";
import type { ByteRange } from "../file.ts";
import type { Services } from "./services.ts";

export type { OperationId } from "../../packages/shared/src/routes.gen.ts";

/** Bytes as the body of a response. */
export interface FileBody {
  bytes: AsyncIterable<Uint8Array>;
  /** Bytes that are sent: of the range, when there is one. */
  sizeBytes: number;
  /** One of the media types that the contract names for the response. */
  mediaType: string;
  /** The file name that a browser suggests for the download. */
  name: string;
  /** Browsers show it instead of saving it. Only for types that cannot run code. */
  isInline: boolean;
  /** SHA-256 of all bytes, when known. */
  sha256?: string;
  /** With the size of the whole file. */
  range?: ByteRange & { totalBytes: number };
}

/** A binary request body. */
export interface Upload {
  /** Null when the client gave none. */
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

/** A request that is valid against the contract. */
export interface HandlerInput<O extends OperationId> {
  params: Parameters<O, "path">;
  query: Parameters<O, "query">;
  headers: Parameters<O, "header">;
  body: Body<O>;
  /** Aborted when the client has closed the connection. */
  signal: AbortSignal;
}

type SuccessStatus = 101 | 200 | 201 | 202 | 204 | 206 | 304;

type AnswerWith<S, C> =
  | (C extends { "application/json": infer J } ? { status: S; body: J } : never)
  | (C extends { "text/event-stream": unknown }
      ? { status: S; events: AsyncIterable<readonly StreamFrame[]> }
      : never)
  | (C extends { "application/octet-stream": unknown } ? { status: S; file: FileBody } : never);

/** A success response that the contract documents for the operation. Failures are thrown as AppError. */
export type HandlerAnswer<O extends OperationId> = {
  [S in keyof operations[O]["responses"] & SuccessStatus]: operations[O]["responses"][S] extends {
    content: infer C;
  }
    ? [C] extends [undefined]
      ? { status: S }
      : AnswerWith<S, C>
    : { status: S };
}[keyof operations[O]["responses"] & SuccessStatus];

/** Makes a change and returns the answer. It is called inside the transaction. */
export interface CommitAnswer<A> {
  (): A;
  /** Releases what was prepared, when the change is not made or an earlier request with the same key has made it. */
  discard?(): void;
}

/**
 * One operation. A handler that changes something runs in one transaction together with its idempotency record, so it
 * must be synchronous. A handler that must wait first, for example for bytes or for git, is marked `x-waits` in the
 * contract. It is async and returns a function that makes the change and the answer; that function runs in the
 * transaction. What it does before may be interrupted and repeated with the same key, so it must be repeatable. When it
 * returns an answer instead of a function, the work is done already, and a repetition with the same key finds it.
 */
export type Handler<O extends OperationId> = (
  input: HandlerInput<O>,
  services: Services,
) => HandlerAnswer<O> | Promise<HandlerAnswer<O> | CommitAnswer<HandlerAnswer<O>>>;

export type Handlers = { [O in OperationId]: Handler<O> };
