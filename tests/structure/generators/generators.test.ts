import { expect, test } from "vitest";
import { breaches } from "./rules.ts";
import { contract, linesMatching } from "../repository.ts";

const named = (schemas: object) => ({ components: { schemas } });
const answer = (content: object) => ({ paths: { "/a": { get: { responses: { 200: { content } } } } } });
const variant = (value: string) => ({
  type: "object",
  required: ["type"],
  properties: { type: { type: "string", const: value } },
});
const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` });
const told = (mapping: object) => ({ propertyName: "type", mapping });

test("openapi.yaml has nothing that generators of clients trip over", () => {
  expect(breaches(contract()), "change these places of openapi.yaml").toEqual([]);
});

test("the texts of the contract are ASCII", () => {
  const odd = linesMatching(["openapi.yaml"], /[^\x20-\x7e]/);
  expect(odd, "write these lines of openapi.yaml in ASCII").toEqual([]);
});

test.each([
  ["a const without type", named({ A: { const: "a" } }), "add `type` beside"],
  ["a bare null", named({ A: { properties: { b: { type: "null" } } } }), "what else it can be"],
  ["a list of null alone", named({ A: { type: ["null"] } }), "what else it can be"],
  ["a number without format", named({ A: { type: ["number", "null"] } }), "format: double"],
  ["an integer without format", named({ A: { items: { type: "integer" } } }), "int32"],
  ["an escape of JavaScript", named({ A: { pattern: "^[^\\u0000]$" } }), "\\u"],
  ["a look ahead", named({ A: { pattern: "^(?!x)" } }), "a look around"],
  ["a back reference", named({ A: { pattern: "^(a)\\1" } }), "a back reference"],
  ["a long repetition", named({ A: { pattern: "^a{1,4096}$" } }), "maxLength"],
  ["an enum with null", named({ A: { type: "string", enum: ["a", null] } }), "take null out"],
  ["anyOf", named({ A: { anyOf: [ref("B")] } }), "instead of anyOf"],
  [
    "a union in place",
    named({ A: { properties: { b: { oneOf: [ref("B"), ref("C")] } } } }),
    "give this union",
  ],
  ["variants without a name", named({ A: { oneOf: [variant("a")] } }), "give each variant of this"],
  ["no discriminator", named({ A: { oneOf: [ref("B")] }, B: { const: 1 } }), "add a discriminator"],
  ["half a mapping", named({ A: { oneOf: [ref("B")], discriminator: told({}) } }), "name each variant once"],
  [
    "a mapping that is not so",
    named({ A: { oneOf: [ref("B")], discriminator: told({ a: ref("B").$ref }) }, B: variant("b") }),
    "as the const of `type`",
  ],
  ["a schema named File", named({ File: { type: "object" } }), "rename File"],
  ["any media type", answer({ "*/*": {} }), "name the media types"],
])("%s is found", (_, document, finding) => {
  expect(breaches(document).join("\n")).toContain(finding);
});
