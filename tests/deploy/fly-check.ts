import { flyKeys, type FlyKeys, type FlyKind } from "./fly-keys.ts";
import type { Toml } from "./toml.ts";

/** What flyctl would not understand, by path. */
export function misfits(value: Toml, kind: FlyKind = { table: flyKeys }, path = ""): string[] {
  if (typeof kind === "string") return isOf(value, kind) ? [] : [`${path} should be a ${kind}`];
  if ("oneOf" in kind)
    return typeof value === "string" && kind.oneOf.includes(value)
      ? []
      : [`${path} should be one of ${kind.oneOf.join(", ")}`];
  if ("tables" in kind)
    return Array.isArray(value)
      ? value.flatMap((one, index) => misfits(one, { table: kind.tables }, `${path}[${index}]`))
      : [`${path} should be a list of tables`];
  if (typeof value !== "object" || Array.isArray(value)) return [`${path} should be a table`];
  const kindOf = (key: string) => ("named" in kind ? kind.named : known(kind.table, key));
  return Object.entries(value).flatMap(([key, inner]) => {
    const place = path === "" ? key : `${path}.${key}`;
    const expected = kindOf(key);
    return expected === undefined ? [`${place} is no key of fly.toml`] : misfits(inner, expected, place);
  });
}

function known(keys: FlyKeys, key: string): FlyKind | undefined {
  return Object.hasOwn(keys, key) ? keys[key] : undefined;
}

function isOf(value: Toml, kind: Extract<FlyKind, string>): boolean {
  switch (kind) {
    case "text":
      return typeof value === "string";
    case "number":
      return typeof value === "number";
    case "boolean":
      return typeof value === "boolean";
    case "texts":
      return Array.isArray(value) && value.every((one) => typeof one === "string");
    case "duration": // Seconds, or as Go writes them.
      return typeof value === "number" || (typeof value === "string" && /^(\d+(ms|s|m|h))+$/.test(value));
  }
}
