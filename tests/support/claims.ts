import { expect } from "vitest";
import { problems, type ProblemCode } from "../../lib/errors.ts";
import type { OperationId } from "../../packages/shared/src/index.ts";
import type { CallOptions, TestAnswer, TestServer } from "./server/server.ts";

/** The answer is this problem, with the status of the table. */
export function expectProblem(answer: TestAnswer, code: ProblemCode): void {
  expect({ code: answer.problem.code, detail: answer.problem.detail }).toMatchObject({ code });
  expect(answer.status).toBe(problems[code].status);
}

export interface Stranger {
  request?: CallOptions;
  /** What must not change. */
  state(): Promise<unknown>;
}

/** No key, a wrong one, or the right one in the wrong place: 401, and nothing happens. */
export async function expectRefusesStrangers(
  server: TestServer,
  operationId: OperationId,
  { request = {}, state }: Stranger,
): Promise<void> {
  const before = await state();
  const { query, headers } = request;
  const strangers: CallOptions[] = [
    { ...request, key: null },
    { ...request, key: "wrong-key-0123456789" },
    { ...request, key: "" },
    { ...request, key: null, query: { ...query, "X-API-Key": server.key, apiKey: server.key } },
    { ...request, key: null, headers: { ...headers, cookie: `X-API-Key=${server.key}` } },
  ];
  for (const stranger of strangers) expectProblem(await server.call(operationId, stranger), "unauthorized");
  expect(await state()).toEqual(before);
}

export interface Once {
  request: CallOptions;
  /** The same operation with something else in it. */
  other: CallOptions;
  /** Counts the effect. */
  effects(): Promise<number> | number;
}

/** The same key answers the same again and works once, racing ones too; another request under it is refused. */
export async function expectWorksOnce(
  server: TestServer,
  operationId: OperationId,
  { request, other, effects }: Once,
): Promise<void> {
  const headers = { ...request.headers, "Idempotency-Key": `key-${Math.random().toString(36).slice(2)}` };
  const before = await effects();
  const racing = await Promise.all([1, 2, 3].map(() => server.call(operationId, { ...request, headers })));
  const later = await server.call(operationId, { ...request, headers });
  const [first] = racing;
  expect(first?.status, first?.bytes.toString()).toBeLessThan(300);
  for (const answer of [...racing, later]) {
    expect(answer.status).toBe(first?.status);
    expect(answer.body).toEqual(first?.body);
  }
  expect(await effects()).toBe(before + 1);
  const reused = await server.call(operationId, { ...other, headers: { ...other.headers, ...headers } });
  expectProblem(reused, "idempotency-key-reused");
  expect(await effects()).toBe(before + 1);
}

interface PageOf<T> {
  items: T[];
  nextCursor: string | null;
}

/** Walks a list page by page; gives all items, each seen once. */
export async function walkPages<T extends { id: string }>(
  page: (query: { limit: number; cursor?: string }) => Promise<TestAnswer<PageOf<T>>>,
  limit = 2,
): Promise<T[]> {
  const items: T[] = [];
  for (let cursor: string | null | undefined; cursor !== null;) {
    const { body } = await page({ limit, ...(cursor === undefined ? {} : { cursor }) });
    expect(body.items.length).toBeLessThanOrEqual(limit);
    items.push(...body.items);
    cursor = body.nextCursor;
  }
  expect(new Set(items.map(({ id }) => id)).size).toBe(items.length);
  return items;
}

/** An id of the right form that belongs to nothing. */
export function unknownId(prefix: "ses" | "tsk" | "msg" | "act" | "fil" | "wsp" | "agt"): string {
  return `${prefix}_${"7".repeat(26)}`;
}
