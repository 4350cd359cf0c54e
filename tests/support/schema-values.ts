import fc from "fast-check";
import { at } from "./contract.ts";

type Json = unknown;
type Schema = Record<string, unknown>;

/** Never lead off this host, and never run what was made up. */
const harmless: Known = {
  Repository: fc.constantFrom("/nowhere/at/all", "file:///nowhere/at/all"),
  BaseUrl: fc.constant("http://127.0.0.1:9/v1"),
  ModelId: fc.constantFrom("echo@scripted", "any@nowhere"),
};

/** What schemas stand for, by name, instead of what could be made up for them; such as ids of what is there. */
export type Known = Record<string, fc.Arbitrary<Json>>;

/** Values that a schema of the contract allows. */
export function valuesOf(pointer: string, known: Known = {}): fc.Arbitrary<Json> {
  return build({ $ref: `#${pointer}` }, { ...known, ...harmless });
}

/** A value that came from a schema, with one thing in it gone wrong, or two. */
export function spoiled(values: fc.Arbitrary<Json>): fc.Arbitrary<Json> {
  return fc.tuple(values, fc.nat(), fc.constantFrom(...odd)).map(([value, place, replacement]) => {
    const places = placesIn(value);
    return replaced(value, places[place % places.length] ?? [], replacement);
  });
}

/** The paths of all texts in a value. */
export function textPlaces(value: Json): string[][] {
  return placesIn(value).filter((path) => typeof valueAt(value, path) === "string");
}

export function replaced(value: Json, path: readonly string[], replacement: Json): Json {
  const [first, ...rest] = path;
  if (first === undefined) return replacement;
  if (Array.isArray(value))
    return value.map((item, place) => (String(place) === first ? replaced(item, rest, replacement) : item));
  const copy = Object.entries(value as Schema).map(([name, item]) => [
    name,
    name === first ? replaced(item, rest, replacement) : item,
  ]);
  return Object.fromEntries(copy);
}

const odd: Json[] = [
  null,
  undefined,
  true,
  0,
  -1,
  1.5,
  1e308,
  "",
  "x",
  "\u0000",
  [],
  [[]],
  {},
  { a: 1 },
  "x".repeat(10_000),
  [null],
  "null",
];

function build(schema: Schema, known: Known): fc.Arbitrary<Json> {
  const { $ref, oneOf, enum: choices, type } = schema;
  if (typeof $ref === "string")
    return known[$ref.split("/").at(-1) ?? ""] ?? build(at($ref.slice(1)) as Schema, known);
  if ("const" in schema) return fc.constant(schema["const"]);
  if (Array.isArray(choices)) return fc.constantFrom(...(choices as Json[]));
  if (Array.isArray(oneOf)) return fc.oneof(...(oneOf as Schema[]).map((one) => build(one, known)));
  if (Array.isArray(type))
    return fc.oneof(...(type as string[]).map((one) => build({ ...schema, type: one }, known)));
  return ofType(schema, String(type), known);
}

function ofType(schema: Schema, type: string, known: Known): fc.Arbitrary<Json> {
  const bound = (name: string, otherwise: number) =>
    typeof schema[name] === "number" ? schema[name] : otherwise;
  switch (type) {
    case "object":
      return objects(schema, known);
    case "array":
      return fc.array(build((schema["items"] ?? {}) as Schema, known), {
        minLength: bound("minItems", 0),
        maxLength: Math.min(bound("maxItems", 4), 4),
      });
    case "string":
      return texts(schema, bound("minLength", 0), bound("maxLength", 40));
    case "integer":
      return fc.integer({ min: bound("minimum", -5), max: Math.min(bound("maximum", 1000), 2 ** 31 - 1) });
    case "number":
      return fc.double({ min: bound("minimum", -5), max: bound("maximum", 1000), noNaN: true });
    case "boolean":
      return fc.boolean();
    case "null":
      return fc.constant(null);
    default:
      return fc.jsonValue({ maxDepth: 2 });
  }
}

function texts(schema: Schema, minLength: number, maxLength: number): fc.Arbitrary<string> {
  const { pattern } = schema;
  const length = { minLength, maxLength: Math.min(maxLength, 60) };
  if (typeof pattern !== "string" || pattern === "\\S")
    return fc.string({ ...length, unit: "binary" }).map((text) => (pattern ? `x${text}` : text));
  return fc.stringMatching(new RegExp(pattern, "u")).filter((text) => text.length <= maxLength);
}

function objects(
  { properties = {}, required = [], propertyNames, additionalProperties }: Schema,
  known: Known,
): fc.Arbitrary<Json> {
  const fields = Object.entries(properties as Schema).map(
    ([name, field]) => [name, build(field as Schema, known)] as const,
  );
  const requiredKeys = required as string[];
  if (fields.length > 0) return fc.record(Object.fromEntries(fields), { requiredKeys });
  if (propertyNames === undefined)
    return fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 1 }), { maxKeys: 3 });
  const names = build({ type: "string", ...(propertyNames as Schema) }, known) as fc.Arbitrary<string>;
  return fc.dictionary(names, build(additionalProperties as Schema, known), { maxKeys: 2 });
}

function placesIn(value: Json): string[][] {
  if (typeof value !== "object" || value === null) return [[]];
  return [
    [],
    ...Object.entries(value).flatMap(([name, item]) => placesIn(item).map((path) => [name, ...path])),
  ];
}

function valueAt(value: Json, path: readonly string[]): Json {
  return path.reduce<Json>((node, name) => (node as Schema)[name], value);
}
