import { asNode, type Node, type Place, placesIn } from "./places.ts";
import { notInRe2 } from "./re2.ts";
import { unclearUnion } from "./unions.ts";

/** What client generators trip over, as `#/where: what to do`. */
export function breaches(document: unknown): string[] {
  return placesIn(document).flatMap((place) =>
    rules.flatMap((rule) => rule(place, document) ?? []).map((what) => `${place.pointer}: ${what}`),
  );
}

type Rule = (place: Place, document: unknown) => string | string[] | undefined;

const rules: Rule[] = [
  ({ node }) => ("const" in node && !("type" in node) ? "add `type` beside `const`" : undefined),
  ({ node, isNullOption }) =>
    String(node["type"]) === "null" && !isNullOption ? "say what else it can be beside null" : undefined,
  ({ node }) =>
    isOf(node, "number") && node["format"] !== "double" ? "add `format: double` to the number" : undefined,
  ({ node }) =>
    isOf(node, "integer") && !/^int(32|64)$/.test(String(node["format"]))
      ? "add `format: int32` or `int64` to the integer"
      : undefined,
  ({ node }) =>
    typeof node["pattern"] === "string"
      ? notInRe2(node["pattern"]).map((what) => `RE2 does not know this in the pattern: ${what}`)
      : undefined,
  ({ node }) =>
    Array.isArray(node["enum"]) && node["enum"].includes(null)
      ? "take null out of `enum`: write oneOf of a named enum and null"
      : undefined,
  unclearUnion,
  ({ pointer, node }) =>
    pointer === "#/components/schemas" && "File" in node
      ? "rename File: generators have a type of that name"
      : undefined,
  ({ node }) =>
    Object.keys(asNode(node["content"])).some((type) => type.includes("*"))
      ? "name the media types instead of a range of them"
      : undefined,
];

function isOf({ type }: Node, name: string): boolean {
  return type === name || (Array.isArray(type) && type.includes(name));
}
