import { timestamp } from "../../ports/clock.ts";
import { databaseNames, type DatabaseName } from "../../database-name.ts";
import type { StoredObject } from "../../operating/object-store.ts";
import type { DatabaseCopy } from "./retention.ts";

export const copiesPrefix = "copies/";

export interface KnownCopy extends DatabaseCopy {
  /** Of all its objects, also when it is not complete. */
  keys: string[];
  folder: string;
}

/** Such as `copies/2026-11-22T21-05-09Z/`. The names sort by time and are valid on every file system. */
export function copyFolder(at: number): string {
  return `${copiesPrefix}${timestamp(at).slice(0, 19).replaceAll(":", "-")}Z/`;
}

export function databaseKey(folder: string, name: DatabaseName): string {
  return `${folder}${name}.db.zst`;
}

/** Written last. A copy without it is not complete and is ignored. */
export function completeKey(folder: string): string {
  return `${folder}complete`;
}

/** The copies in a listing, oldest first. */
export function knownCopies(objects: readonly StoredObject[]): KnownCopy[] {
  const byFolder = Map.groupBy(objects, ({ key }) => /^copies\/[^/]+\//.exec(key)?.[0] ?? "");
  return [...byFolder]
    .map(([folder, found]) => {
      const keys = found.map(({ key }) => key);
      const wanted = [completeKey(folder), ...databaseNames.map((name) => databaseKey(folder, name))];
      return { folder, keys, at: timeOf(folder), isComplete: wanted.every((key) => keys.includes(key)) };
    })
    .filter(({ at }) => !Number.isNaN(at))
    .toSorted((one, other) => one.at - other.at);
}

export function newestComplete(copies: readonly KnownCopy[]): KnownCopy | undefined {
  return copies.findLast(({ isComplete }) => isComplete);
}

function timeOf(folder: string): number {
  const name = folder.slice(copiesPrefix.length, -1);
  return Date.parse(name.replace(/T(\d\d)-(\d\d)-(\d\d)Z$/, "T$1:$2:$3Z"));
}
