import type { Schemas } from "../schemas.ts";

export type Problem = Schemas["Problem"];

/** The server refused: an RFC 9457 problem. */
export class ProblemError extends Error {
  readonly problem: Problem;
  readonly status: number;
  /** Milliseconds after which trying again makes sense, when the server said so. */
  readonly retryAfterMs: number | undefined;

  constructor(problem: Problem, options: { status?: number; retryAfterMs?: number | undefined } = {}) {
    super(problem.detail || problem.title);
    this.name = "ProblemError";
    this.problem = problem;
    this.status = options.status ?? problem.status;
    this.retryAfterMs = options.retryAfterMs;
  }
}

/** The server could not be reached, the line was cut, or something other than the server answered. */
export class NetworkError extends Error {
  /** Status of the answer, when there was one. */
  readonly status: number | undefined;

  constructor(message: string, options: { cause?: unknown; status?: number } = {}) {
    super(message, { cause: options.cause });
    this.name = "NetworkError";
    this.status = options.status;
  }
}

/** Reads what a failed response says. Never throws. */
export async function failureOf(response: Response, what: string): Promise<ProblemError | NetworkError> {
  const { status } = response;
  const body = await response.json().catch((): unknown => undefined);
  if (isProblem(body)) return new ProblemError(body, { status, retryAfterMs: retryAfterMs(response) });
  return new NetworkError(`${what} was answered with ${status} by something that is not the server.`, {
    status,
  });
}

function isProblem(body: unknown): body is Problem {
  return typeof body === "object" && body !== null && "code" in body && "title" in body && "detail" in body;
}

function retryAfterMs(response: Response): number | undefined {
  const seconds = response.headers.get("retry-after");
  return seconds !== null && /^\d{1,6}$/.test(seconds) ? Number(seconds) * 1000 : undefined;
}
