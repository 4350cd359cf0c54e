import type { FastifyReply } from "fastify";
import { AppError, problemOf, type Problem, type ProblemCode } from "../../errors.ts";

export const problemType = "application/problem+json; charset=utf-8";

/** The problem of a request or of a frame; `instance` names the request in the log. */
export function problemIn(requestId: string, error: unknown): Problem {
  return problemOf(translated(error), `urn:talkcody:request:${requestId}`);
}

/** Answers with a problem. Details of an unexpected error go only to the log, under the request id. */
export function sendProblem(reply: FastifyReply, error: unknown): FastifyReply {
  const { request } = reply;
  const problem = problemIn(request.id, error);
  const isFault = problem.status >= 500 && problem.code !== "always-on-only"; // always-on-only is by design.
  if (isFault) request.log.error({ err: error }, problem.code);
  else request.log.debug({ code: problem.code, detail: problem.detail }, "refused");
  const headers = { ...retryAfter(error), "content-type": problemType };
  return reply.code(problem.status).headers(headers).send(JSON.stringify(problem));
}

/** The header that says when to send the request again. */
export function retryAfter(error: unknown): Record<string, string> {
  const { retryAfterSeconds } = error instanceof AppError ? error : {};
  return retryAfterSeconds === undefined ? {} : { "retry-after": String(retryAfterSeconds) };
}

/** A whole HTTP answer, for a connection whose request could not be parsed. */
export function rawProblem(requestId: string, error: AppError): string {
  const problem = problemIn(requestId, error);
  const body = JSON.stringify(problem);
  return [
    `HTTP/1.1 ${problem.status} ${problem.code}`,
    `Content-Type: ${problemType}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    `X-Request-Id: ${requestId}`,
    "Cache-Control: no-store",
    "Connection: close",
    "",
    body,
  ].join("\r\n");
}

/** Translates errors of Fastify itself. */
function translated(error: unknown): unknown {
  if (error instanceof AppError) return error;
  const { code, statusCode } = (error ?? {}) as { code?: unknown; statusCode?: unknown };
  if (typeof code !== "string" || !code.startsWith("FST_")) return error;
  const known = refusals[code];
  if (known) return new AppError(known.code, known.detail, { cause: error });
  const isMistake = typeof statusCode === "number" && statusCode >= 400 && statusCode < 500;
  return isMistake
    ? new AppError("invalid-request", "The request could not be read as HTTP.", { cause: error })
    : error;
}

const refusals: Record<string, { code: ProblemCode; detail: string }> = {
  FST_ERR_CTP_INVALID_MEDIA_TYPE: {
    code: "unsupported-media-type",
    detail: "The Content-Type header is not a media type.",
  },
  FST_ERR_BAD_URL: { code: "invalid-request", detail: "The path is not a valid URL." },
  FST_ERR_MAX_PARAM_LENGTH: { code: "invalid-request", detail: "A part of the path is too long." },
  FST_ERR_NOT_FOUND: {
    code: "not-found",
    detail: "The contract has no such path. GET /v1/openapi.json lists all.",
  },
};
