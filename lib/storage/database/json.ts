import type { SqlValue } from "./database.ts";
import { wellFormedJson } from "../../well-formed.ts";

/** A column holds JSON of one of our own types. The caller names the type; nothing checks it. */
export function fromJson<T>(text: string): T {
  return JSON.parse(text) as T;
}

export function fromJsonOrNull<T>(text: string | null): T | null {
  return text === null ? null : fromJson<T>(text);
}

/** Throws TypeError when the JSON is not an object. */
export function fromJsonObject<T>(text: string): T {
  const value = fromJson<unknown>(text);
  if (!isObject(value)) throw new TypeError(`Expected a stored JSON object, found ${text.slice(0, 20)}`);
  return value as T; // As in fromJson.
}

/** Throws TypeError when the JSON is not a list of objects. */
export function fromJsonList<T>(text: string): T[] {
  const value = fromJson<unknown>(text);
  if (!Array.isArray(value) || !value.every(isObject))
    throw new TypeError(`Expected a stored JSON list of objects, found ${text.slice(0, 20)}`);
  return value as T[]; // As in fromJson.
}

function isObject(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Well-formed, as a text column is. `undefined` becomes the JSON null. */
export function toJson(value: unknown): string {
  return wellFormedJson(value);
}

/** Null and undefined become the SQL NULL. */
export function toJsonOrNull(value: unknown): SqlValue {
  return value === null || value === undefined ? null : wellFormedJson(value);
}
