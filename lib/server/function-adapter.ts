import { randomUUID } from "node:crypto";
import { Readable } from "node:stream";
import type { LambdaFastifyOptions, LambdaResponseStreamed } from "@fastify/aws-lambda";
import type { FastifyInstance } from "fastify";
import { problemIn, problemType, retryAfter } from "./http/problem.ts";

/** A request from a function platform: format 2.0 of Lambda function URLs, with the fields used here. */
export interface FunctionEvent {
  rawPath: string;
  /** The query as it was sent, without the question mark. */
  rawQueryString: string;
  requestContext: { http: { method: string } };
  /** Names in lower case; several values of one header are joined with commas. */
  headers: Record<string, string>;
  body?: string;
  isBase64Encoded?: boolean;
}

/** The head of an answer, and its body as a stream. */
export interface FunctionAnswer {
  meta: { statusCode: number; headers: Record<string, string> };
  stream: Readable;
}

/** Answers one event. Whatever a caller sends, a failure is an answer and not a rejection. `context` comes from the platform. */
export type AnswerEvent = (event: FunctionEvent, context: object) => Promise<FunctionAnswer>;

/** Serves events instead of a port: one request for each event. */
export async function openFunctionAdapter(app: FastifyInstance): Promise<AnswerEvent> {
  const { awsLambdaFastify } = await import("@fastify/aws-lambda"); // Loaded here, because a server that listens never needs it.
  await app.ready();
  const answer = awsLambdaFastify<FunctionEvent, LambdaFastifyOptions, LambdaResponseStreamed>(app, {
    payloadAsStream: true,
    ...{ decorateRequest: false, parseCommaSeparatedQueryParams: false },
  });
  return (event, context) => answer(withRawQuery(event), context as never);
}

/** The answer of a function that cannot open its data. The caller has not shown a key, so it gives no details of the host. */
export function refusedEvent(error: unknown): FunctionAnswer {
  const requestId = randomUUID();
  const problem = problemIn(requestId, error);
  const headers = { "content-type": problemType, "cache-control": "no-store", "x-request-id": requestId };
  return {
    meta: { statusCode: problem.status, headers: { ...headers, ...retryAfter(error) } },
    stream: Readable.from(JSON.stringify(problem)),
  };
}

/** Passes the query as it was sent, because the platform's parsed query loses repeated names. */
function withRawQuery(event: FunctionEvent) {
  const { rawPath, rawQueryString } = event;
  const target = rawQueryString === "" ? rawPath : `${rawPath}?${rawQueryString}`;
  return { ...event, rawPath: target, queryStringParameters: undefined };
}
