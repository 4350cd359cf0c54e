import type { operations } from "../contract.gen.ts";
import type { OperationId } from "../routes.gen.ts";

/** Every operation that is one request with one response. The WebSocket is not. */
export type ClientOperation = Exclude<OperationId, "openWebSocket">;

type None = Record<never, never>;
type WithoutUndefined<T> = [T] extends [undefined] ? never : T;
/** `{ Name: T }`; optional when every property of T is optional; empty when T is never. */
type Property<Name extends string, T> = [NonNullable<T>] extends [never]
  ? None
  : None extends NonNullable<T>
    ? { [K in Name]?: NonNullable<T> }
    : { [K in Name]: NonNullable<T> };

/** Bytes to send. A stream can be read only once, so a request with a stream is never repeated. */
export type Bytes = Blob | Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array>;

type Body<O extends ClientOperation> = operations[O] extends { requestBody: { content: infer C } }
  ? C extends { "application/octet-stream": unknown }
    ? Bytes
    : C extends { "application/json": infer J }
      ? J
      : never
  : never;

type Parameters<O extends ClientOperation, In extends "path" | "query" | "header"> = WithoutUndefined<
  operations[O]["parameters"][In]
>;

/**
 * The request of an operation: `params` of the path, `query`, `headers`, `body`, each only where the contract has it,
 * and a `signal` that cancels the request.
 */
export type RequestOf<O extends ClientOperation> = Property<"params", Parameters<O, "path">> &
  Property<"query", Parameters<O, "query">> &
  Property<"headers", Parameters<O, "header">> &
  ([Body<O>] extends [never] ? None : { body: Body<O> }) & { signal?: AbortSignal };

type Responses<O extends ClientOperation> = operations[O]["responses"];
type SuccessStatus = 200 | 201 | 202 | 204;
type BodyOf<C> = C extends { "application/json": infer J } ? J : C extends undefined ? undefined : Response;

/** What an operation resolves to: the parsed JSON; undefined for an empty response; the `Response` where it is bytes. */
export type AnswerOf<O extends ClientOperation> = {
  [S in keyof Responses<O> & SuccessStatus]: Responses<O>[S] extends { content: infer C }
    ? BodyOf<C>
    : undefined;
}[keyof Responses<O> & SuccessStatus];

/** An operation as a method. Its argument is optional when nothing in the request is required. */
export type OperationMethod<O extends ClientOperation> =
  None extends RequestOf<O>
    ? (request?: RequestOf<O>) => Promise<AnswerOf<O>>
    : (request: RequestOf<O>) => Promise<AnswerOf<O>>;

/** A request of any operation, without the types of the contract. */
export interface PlainRequest {
  params?: Record<string, string>;
  query?: Record<string, unknown>;
  headers?: Record<string, string | undefined>;
  body?: unknown;
  signal?: AbortSignal;
}
