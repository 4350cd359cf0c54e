import type { Schemas } from "../packages/shared/src/schemas.ts";

export type ProblemCode = Schemas["ProblemCode"];
export type Problem = Schemas["Problem"];

/** Status and title of every problem code. No other place knows them; docs/problems.md explains each code. */
export const problems: Record<ProblemCode, { status: number; title: string }> = {
  "invalid-request": { status: 400, title: "The request does not follow the contract" },
  unauthorized: { status: 401, title: "An API key is required" },
  "forbidden-origin": { status: 403, title: "This origin may not call the server" },
  "local-repository": { status: 403, title: "Local repositories are not allowed on this host" },
  "not-found": { status: 404, title: "Not found" },
  "method-not-allowed": { status: 405, title: "The path does not support this method" },
  "action-decided": { status: 409, title: "The action was decided before" },
  "action-mismatch": { status: 409, title: "The action cannot be decided this way" },
  "task-ended": { status: 409, title: "The task has ended" },
  "session-busy": { status: 409, title: "The session is working" },
  "model-not-configured": { status: 409, title: "No such model is configured" },
  "workspace-not-ready": { status: 409, title: "The workspace is not ready" },
  "workspace-in-use": { status: 409, title: "The workspace is in use" },
  "unpushed-work": { status: 409, title: "The workspace holds work that no remote has" },
  "sync-refused": { status: 409, title: "The workspace cannot be fast-forwarded" },
  "file-in-use": { status: 409, title: "A message refers to the file" },
  "agent-built-in": { status: 409, title: "The built-in agent cannot be changed" },
  "too-large": { status: 413, title: "A size limit is exceeded" },
  "unsupported-media-type": { status: 415, title: "The content type is not supported" },
  "range-not-satisfiable": { status: 416, title: "The range lies outside the file" },
  "misdirected-request": { status: 421, title: "The server does not answer for this host name" },
  "idempotency-key-reused": { status: 422, title: "The idempotency key belongs to another request" },
  "upgrade-required": { status: 426, title: "This path speaks WebSocket" },
  "too-many-failed-keys": { status: 429, title: "Too many wrong API keys came from this address" },
  "queue-full": { status: 429, title: "Too many messages are waiting" },
  busy: { status: 503, title: "The server is busy" },
  "storage-full": { status: 507, title: "The disk is full" },
  internal: { status: 500, title: "Unexpected fault of the server" },
  "always-on-only": { status: 501, title: "This needs the always-on server" },
  "model-failed": { status: 502, title: "The model provider failed" },
  "model-refused": { status: 502, title: "The model provider refused the request" },
  "context-overflow": { status: 413, title: "The conversation is longer than the model can read" },
  "steps-exceeded": { status: 409, title: "The task used all its steps" },
  "budget-exceeded": { status: 409, title: "The task used its budget" },
  "clone-failed": { status: 502, title: "The repository could not be cloned" },
  interrupted: { status: 500, title: "The work was interrupted" },
  "session-damaged": { status: 500, title: "The session cannot be read" },
};

export interface ProblemError {
  pointer: string;
  detail: string;
}

export interface AppErrorOptions {
  cause?: unknown;
  errors?: ProblemError[];
  /** Seconds after which trying again makes sense; becomes `Retry-After`. */
  retryAfterSeconds?: number;
}

/** An error that a client may see. `detail` tells a person what was expected, what came, and what to do. */
export class AppError extends Error {
  readonly code: ProblemCode;
  readonly errors: ProblemError[] | undefined;
  readonly retryAfterSeconds: number | undefined;

  constructor(code: ProblemCode, detail: string, options: AppErrorOptions = {}) {
    super(detail, { cause: options.cause });
    this.name = "AppError";
    this.code = code;
    this.errors = options.errors;
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}

/** The RFC 9457 form of any error. What is not an AppError becomes `internal`, and its message is not shown. */
export function problemOf(error: unknown, instance: string): Problem {
  const known = error instanceof AppError ? error : undefined;
  const code = known?.code ?? "internal";
  return {
    type: `urn:talkcody:problem:${code}`,
    title: problems[code].title,
    status: problems[code].status,
    detail: known?.message ?? "Something unexpected happened. The log of the server holds the cause.",
    instance,
    code,
    ...(known?.errors ? { errors: known.errors } : {}),
  };
}

export function notFound(what: string, id: string): AppError {
  return new AppError("not-found", `There is no ${what} ${id}. It may have been deleted.`);
}

/** The value, or AppError not-found when there is none. `what` names its kind: "session", "task". */
export function requireFound<T>(value: T | undefined, what: string, id: string): T {
  if (value === undefined) throw notFound(what, id);
  return value;
}

/** Whether stored rows of one session cannot be read. Other sessions are not affected. */
export function isDamage(error: unknown): boolean {
  return error instanceof AppError && error.code === "session-damaged";
}

/** Whether the same work may succeed later: the disk was full, or the database was locked. */
export function isTransient(error: unknown): boolean {
  return error instanceof AppError && (error.code === "busy" || error.code === "storage-full");
}
