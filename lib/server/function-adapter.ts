import { randomUUID } from "node:crypto";
import { Readable } from "node:stream";
import type { LambdaFastifyOptions, LambdaResponseStreamed } from "@fastify/aws-lambda";
import type { FastifyInstance } from "fastify";
import { problemIn, problemType, retryAfter } from "./http/problem.ts";

/** A request as function platforms hand it over: format 2.0 of Lambda function URLs, as far as it is looked at here. */
export interface FunctionEvent {
  rawPath: string;
  /** As it was sent, without the question mark. */
  rawQueryString: string;
  requestContext: { http: { method: string } };
  /** Lower case; values of a header that came twice are joined with commas. */
  headers: Record<string, string>;
  body?: string;
  isBase64Encoded?: boolean;
}

/** What goes out first, and then the bytes as they come. */
export interface FunctionAnswer {
  meta: { statusCode: number; headers: Record<string, string> };
  stream: Readable;
}

/** Never rejects for what a caller may send: a failure is an answer. `context` is the platform's own. */
export type AnswerEvent = (event: FunctionEvent, context: object) => Promise<FunctionAnswer>;

/** The app without a port: one request for each event. */
export async function openFunctionAdapter(app: FastifyInstance): Promise<AnswerEvent> {
  const { awsLambdaFastify } = await import("@fastify/aws-lambda"); // Never needed by a server that listens.
  await app.ready();
  const answer = awsLambdaFastify<FunctionEvent, LambdaFastifyOptions, LambdaResponseStreamed>(app, {
    payloadAsStream: true,
    ...{ decorateRequest: false, parseCommaSeparatedQueryParams: false },
  });
  return (event, context) => answer(asSent(event), context as never);
}

/** What a function answers that cannot even open its data. Nobody was asked for a key, so it tells nothing of the host. */
export function refusedEvent(error: unknown): FunctionAnswer {
  const requestId = randomUUID();
  const problem = problemIn(requestId, error);
  const headers = { "content-type": problemType, "cache-control": "no-store", "x-request-id": requestId };
  return {
    meta: { statusCode: problem.status, headers: { ...headers, ...retryAfter(error) } },
    stream: Readable.from(JSON.stringify(problem)),
  };
}

/** The query as it was sent, since the platform's own reading of it forgets what came twice. */
function asSent(event: FunctionEvent) {
  const { rawPath, rawQueryString } = event;
  const target = rawQueryString === "" ? rawPath : `${rawPath}?${rawQueryString}`;
  return { ...event, rawPath: target, queryStringParameters: undefined };
}
