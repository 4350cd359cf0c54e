import type { IncomingMessage } from "node:http";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import contract from "../../../packages/shared/src/contract.gen.json" with { type: "json" };
import { routes, type OperationId } from "../../../packages/shared/src/index.ts";
import { operationOf } from "../clients/caller.ts";
import { checkAnswer } from "../contract.ts";
import { count, type Verdict } from "./tally.ts";
import type { Invoked } from "./runtime.ts";

/** Throws where a function refuses what it can do, or does what outlives it. `read` is the body, as it came. */
export async function judge(
  { method = "", url = "" }: IncomingMessage,
  { meta, body }: Invoked,
): Promise<{ isRefused: boolean; read: Readable }> {
  const operationId = operationOf(method === "HEAD" ? "GET" : method, url);
  const isRefused = meta.statusCode === 501;
  if (!isRefused && operationId !== undefined && meta.statusCode < 400 && needOf(operationId) === true)
    throw new Error(`A function did ${operationId}, which needs the always-on server.`);
  if (operationId !== undefined) count(operationId, isRefused ? "refused" : "answered");
  if (!isRefused) return { isRefused, read: body };
  const bytes = await buffer(body);
  if (operationId === undefined || needOf(operationId) === undefined)
    throw new Error(`A function refused ${method} ${url}, which the contract lets it do.`);
  if (method !== "HEAD") checkAnswer(operationId, { status: 501, headers: meta.headers, bytes });
  return { isRefused, read: Readable.from(bytes) };
}

/** Tells a test who answered: the function, or the server that a refused request was sent on to. */
export function verdictHeader(verdict: Verdict): Record<string, string> {
  return { "x-test-verdict": verdict };
}

export function verdictOf(headers: Record<string, string>): string | undefined {
  return headers["x-test-verdict"];
}

/** `x-needs-process` of the contract. */
export function needOf(operationId: OperationId): unknown {
  const { method, path } = routes[operationId];
  const item = contract.paths[path as keyof typeof contract.paths] as Record<string, object>;
  return (item[method.toLowerCase()] as Record<string, unknown>)["x-needs-process"];
}
