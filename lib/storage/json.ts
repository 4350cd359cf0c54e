import type { Value } from "./database.ts";

/** Columns hold what our own types said when it was written; the caller names that type. */
export function fromJson<T>(text: string): T {
  return JSON.parse(text) as T;
}

export function fromJsonOrNull<T>(text: string | null): T | null {
  return text === null ? null : fromJson<T>(text);
}

/** `undefined` becomes the JSON null. */
export function toJson(value: unknown): string {
  return JSON.stringify(value ?? null);
}

/** Null and undefined become the SQL NULL. */
export function toJsonOrNull(value: unknown): Value {
  return value === null || value === undefined ? null : JSON.stringify(value);
}
