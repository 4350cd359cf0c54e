import type { operations } from "../contract.gen.ts";
import type { OperationId } from "../routes.gen.ts";

/** What can be asked with one request. The WebSocket is not. */
export type ClientOperation = Exclude<OperationId, "openWebSocket">;

type None = Record<never, never>;
type Given<T> = [T] extends [undefined] ? never : T;
/** `{ name: T }`, optional when everything in T is; nothing when there is no T. */
type Part<Name extends string, T> = [NonNullable<T>] extends [never]
  ? None
  : None extends NonNullable<T>
    ? { [K in Name]?: NonNullable<T> }
    : { [K in Name]: NonNullable<T> };

/** Bytes to send. A stream can be read only once, so a request with one is never repeated. */
export type Bytes = Blob | Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array>;

type Body<O extends ClientOperation> = operations[O] extends { requestBody: { content: infer C } }
  ? C extends { "application/octet-stream": unknown }
    ? Bytes
    : C extends { "application/json": infer J }
      ? J
      : never
  : never;

type Parameters<O extends ClientOperation, In extends "path" | "query" | "header"> = Given<
  operations[O]["parameters"][In]
>;

export type RequestOf<O extends ClientOperation> = Part<"params", Parameters<O, "path">> &
  Part<"query", Parameters<O, "query">> &
  Part<"headers", Parameters<O, "header">> &
  ([Body<O>] extends [never] ? None : { body: Body<O> }) & { signal?: AbortSignal };

type Answers<O extends ClientOperation> = operations[O]["responses"];
type SuccessStatus = 200 | 201 | 202 | 204;
type BodyOf<C> = C extends { "application/json": infer J } ? J : C extends undefined ? undefined : Response;

/** What an operation resolves to: the JSON of its success, undefined where it has none, the Response where it is bytes. */
export type AnswerOf<O extends ClientOperation> = {
  [S in keyof Answers<O> & SuccessStatus]: Answers<O>[S] extends { content: infer C } ? BodyOf<C> : undefined;
}[keyof Answers<O> & SuccessStatus];

/** An operation as a function; its request may be left out where nothing in it is required. */
export type Call<O extends ClientOperation> =
  None extends RequestOf<O>
    ? (request?: RequestOf<O>) => Promise<AnswerOf<O>>
    : (request: RequestOf<O>) => Promise<AnswerOf<O>>;

/** A request without its types, as it is sent. */
export interface PlainRequest {
  params?: Record<string, string>;
  query?: Record<string, unknown>;
  headers?: Record<string, string | undefined>;
  body?: unknown;
  signal?: AbortSignal;
}
