import type { Schemas } from "../schemas.ts";

export type Problem = Schemas["Problem"];

/** The server refused the request. `problem` is what it said, as RFC 9457 describes. */
export class ProblemError extends Error {
  readonly problem: Problem;
  /** HTTP status of the response. */
  readonly status: number;
  /** Milliseconds to wait before another try, when the server sent `Retry-After`. */
  readonly retryAfterMs: number | undefined;

  constructor(problem: Problem, options: { status?: number; retryAfterMs?: number | undefined } = {}) {
    super(problem.detail || problem.title);
    this.name = "ProblemError";
    this.problem = problem;
    this.status = options.status ?? problem.status;
    this.retryAfterMs = options.retryAfterMs;
  }
}

/** The server could not be reached, the connection broke, or something other than the server answered. */
export class NetworkError extends Error {
  /** HTTP status, when there was a response. */
  readonly status: number | undefined;

  constructor(message: string, options: { cause?: unknown; status?: number } = {}) {
    super(message, { cause: options.cause });
    this.name = "NetworkError";
    this.status = options.status;
  }
}

/** The error that a failed response stands for. Never throws. */
export async function failureOf(response: Response, label: string): Promise<ProblemError | NetworkError> {
  const { status } = response;
  const body = await response.json().catch((): unknown => undefined);
  if (isProblem(body)) return new ProblemError(body, { status, retryAfterMs: retryAfterMs(response) });
  return new NetworkError(
    `${label} was answered with status ${status}, but not by a TalkCody server: check the address and any proxy.`,
    { status },
  );
}

function isProblem(body: unknown): body is Problem {
  return typeof body === "object" && body !== null && "code" in body && "title" in body && "detail" in body;
}

function retryAfterMs(response: Response): number | undefined {
  const seconds = response.headers.get("retry-after");
  return seconds !== null && /^\d{1,6}$/.test(seconds) ? Number(seconds) * 1000 : undefined;
}
