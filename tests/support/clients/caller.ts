import { globalAgent, type IncomingMessage } from "node:http";
import { Test } from "supertest";
import type { Problem } from "../../../lib/errors.ts";
import {
  routes,
  type AnswerOf,
  type Operation,
  type OperationId,
} from "../../../packages/shared/src/index.ts";
import { checkAnswer, type Answered } from "../contract.ts";
import { limitMs } from "../time/limit.ts";

export const testKey = "test-key-0123456789abcdef";

export interface CallOptions {
  params?: Record<string, string>;
  query?: Record<string, unknown>;
  /** Bytes and text go as they are; everything else as JSON. */
  body?: unknown;
  headers?: Record<string, string>;
  /** Null sends none. */
  key?: string | null;
}

export interface TestAnswer<Body = unknown> {
  status: number;
  headers: Record<string, string>;
  /** What a success brings; look at `problem` for the rest. */
  body: Body;
  /** Throws when the answer was none. */
  readonly problem: Problem;
  bytes: Buffer;
}

type Json<O extends OperationId> = O extends Operation ? AnswerOf<O> : undefined;

export interface Caller {
  /** One operation of the contract. The answer was held against the contract. */
  call<O extends OperationId>(operationId: O, options?: CallOptions): Promise<TestAnswer<Json<O>>>;
  /** Anything else; held against the contract when method and path are of it. */
  request(method: string, path: string, options?: CallOptions): Promise<TestAnswer>;
}

/** Calls a server whose address may change from one request to the next. */
export function createCaller(url: () => string, ownKey = testKey): Caller {
  const request = async (method: string, path: string, options: CallOptions = {}): Promise<TestAnswer> => {
    const answered = await send(url(), { method, path, options: { key: ownKey, ...options } });
    const operationId = operationOf(method, path);
    if (operationId !== undefined) checkAnswer(operationId, answered);
    return testAnswer(answered);
  };
  return {
    request,
    call: async (operationId, options = {}) => {
      const { method, path } = routes[operationId];
      const filled = path.replace(/\{(\w+)\}/g, (_, name: string) =>
        encodeURIComponent(options.params?.[name] ?? `{${name}}`),
      );
      return (await request(method, filled, options)) as TestAnswer<never>; // checkAnswer held it against the schema.
    },
  };
}

interface Sent {
  method: string;
  path: string;
  options: CallOptions;
}

/** Sends the headers that a test names and none of supertest's own, and reads every answer as bytes. */
async function send(url: string, { method, path, options }: Sent): Promise<Answered> {
  const { body, headers } = outgoing(options);
  const request = new Test(url, method, path + searchOf(options.query))
    .agent(globalAgent) // Its connections are used again, as those of real clients are.
    .timeout({ response: limitMs, deadline: limitMs })
    .unset("accept-encoding")
    .set(headers)
    .serialize((bytes: string) => bytes) // Otherwise it writes a Buffer of type application/json as JSON.
    .buffer(true)
    .parse((response, done) => {
      const ofNode = response as unknown as IncomingMessage; // The types name a response of superagent, which is made later.
      readAnswer(ofNode).then(
        (bytes) => done(null, bytes),
        (error: Error) => done(error, null),
      );
    });
  if ("transfer-encoding" in headers)
    request.write(typeof body === "string" ? body : Buffer.from(body ?? "")); // `send` would announce a length as well.
  else if (body !== undefined) request.send(body);
  const answer = await request;
  if (isEventStream(answer.headers)) {
    answer.on("error", () => {}); // The end of what goes on behind the first event.
    request.abort();
  }
  return {
    status: answer.status,
    headers: Object.fromEntries(Object.entries(answer.headers).map(([name, value]) => [name, String(value)])),
    bytes: Buffer.isBuffer(answer.body) ? answer.body : Buffer.alloc(0), // HEAD brings none.
  };
}

/** The whole body of an answer. A stream of events has no end: of one, what stands before the end of its first event. */
async function readAnswer(response: IncomingMessage): Promise<Buffer> {
  const isStream = isEventStream(response.headers);
  const chunks: Buffer[] = [];
  const pieces = response.iterator({ destroyOnReturn: false }); // superagent reports a destroyed response as a failed one.
  for await (const chunk of pieces as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    if (isStream && Buffer.concat(chunks).includes("\n\n")) break;
  }
  return Buffer.concat(chunks);
}

function isEventStream(headers: { "content-type"?: string | undefined }): boolean {
  return headers["content-type"]?.startsWith("text/event-stream") ?? false;
}

/** Bytes and text as they are, everything else as JSON. */
function outgoing({ body, headers = {}, key = null }: CallOptions) {
  const isRaw = body instanceof Uint8Array || typeof body === "string";
  const type = isRaw ? "application/octet-stream" : "application/json";
  return {
    body:
      body instanceof Uint8Array
        ? Buffer.from(body)
        : isRaw || body === undefined
          ? body
          : JSON.stringify(body),
    headers: {
      ...(key === null ? {} : { "x-api-key": key }),
      ...(body === undefined ? {} : { "content-type": type }),
      ...headers,
    },
  };
}

function searchOf(query: CallOptions["query"]): string {
  const pairs = Object.entries(query ?? {}).filter(([, value]) => value !== undefined);
  if (pairs.length === 0) return "";
  return `?${new URLSearchParams(pairs.map(([name, value]): [string, string] => [name, String(value)])).toString()}`;
}

function testAnswer(answered: Answered): TestAnswer {
  const { headers, bytes } = answered;
  const type = headers["content-type"] ?? "";
  const body: unknown = /^application\/(problem\+)?json/.test(type)
    ? JSON.parse(bytes.toString("utf8"))
    : undefined;
  return {
    ...answered,
    body,
    get problem() {
      if (!type.startsWith("application/problem+json"))
        throw new Error(`Expected a problem, came ${bytes.toString().slice(0, 500)}`);
      return body as Problem; // checkAnswer held it against the schema.
    },
  };
}

const patterns = Object.entries(routes).map(([operationId, { method, path }]) => ({
  operationId: operationId as OperationId,
  method: method as string,
  pattern: new RegExp(`^${path.replaceAll(".", "[.]").replace(/\{\w+\}/g, "[^/]+")}$`),
}));

/** The operation at a path, with or without a query. */
export function operationOf(method: string, path: string): OperationId | undefined {
  const bare = path.split("?", 1)[0] ?? path;
  return patterns.find((route) => route.method === method && route.pattern.test(bare))?.operationId;
}
