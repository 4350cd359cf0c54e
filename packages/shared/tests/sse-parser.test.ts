import fc from "fast-check";
import { expect, test } from "vitest";
import { createSseParser } from "../src/stream/sse-parser.ts";
import { cpuMsOf } from "../../../tests/support/time/cpu-time.ts";

const encode = (text: string) => new TextEncoder().encode(text);

function parse(bytes: Uint8Array, cuts: readonly number[] = []) {
  const parser = createSseParser();
  const ends = [...cuts.toSorted((one, other) => one - other), bytes.length];
  return ends.flatMap((end, index) => parser.push(bytes.subarray(ends[index - 1] ?? 0, end)));
}

const event = (data: string, type = "message", lastEventId = "") => ({ type, data, lastEventId });

test.each([
  ["line feeds", "data: a\n\n", [event("a")]],
  ["carriage returns", "data: a\r\rdata: b\r\r", [event("a"), event("b")]],
  ["both", "data: a\r\n\r\ndata: b\r\n\r\n", [event("a"), event("b")]],
  ["all mixed", "data: a\rdata: b\ndata: c\r\n\n", [event("a\nb\nc")]],
  ["a byte order mark", "\uFEFFdata: a\n\n", [event("a")]],
  ["only the first byte order mark", "data: \uFEFFa\n\n", [event("\uFEFFa")]],
  ["comments", ": hello\n:\n\ndata: a\n: in between\ndata: b\n\n", [event("a\nb")]],
  ["one leading blank only", "data:  a\ndata:b\n\n", [event(" a\nb")]],
  ["a field without a colon", "data\n\n", [event("")]],
  ["colons in values", "data: a: b\n\n", [event("a: b")]],
  [
    "type and id",
    "id: 7\nevent: token\ndata: a\n\ndata: b\n\n",
    [event("a", "token", "7"), event("b", "message", "7")],
  ],
  [
    "an id with NUL is no id",
    "id: 7\ndata: a\n\nid: 8\0\ndata: b\n\n",
    [event("a", "message", "7"), event("b", "message", "7")],
  ],
  ["a type without data is forgotten", "event: token\n\ndata: a\n\n", [event("a")]],
  ["unknown fields", "foo: bar\nDATA: x\ndata: a\n\n", [event("a")]],
  ["an incomplete end is dropped", "data: a\n\ndata: b\n", [event("a")]],
  ["any script", "data: Grüße 你好 🎉\n\n", [event("Grüße 你好 🎉")]],
])("reads %s, wherever the bytes are cut", (_, text, expected) => {
  const bytes = encode(text);
  expect(parse(bytes)).toEqual(expected);
  for (let cut = 0; cut <= bytes.length; cut++) expect(parse(bytes, [cut])).toEqual(expected);
  expect(parse(bytes, [...bytes.keys()])).toEqual(expected);
});

test("any events come through, in any line ends and any pieces", () => {
  const line = fc.string({ unit: "binary" }).map((text) => text.replace(/[\r\n]/g, "").toWellFormed());
  const lineEnd = fc.constantFrom("\n", "\r", "\r\n");
  fc.assert(
    fc.property(
      fc.array(fc.array(line, { minLength: 1, maxLength: 3 }), { maxLength: 5 }),
      lineEnd,
      fc.array(fc.nat(200)),
      (texts, end, cuts) => {
        const bytes = encode(
          texts.map((lines) => `${lines.map((text) => `data: ${text}${end}`).join("")}${end}`).join(""),
        );
        const within = cuts.map((cut) => cut % (bytes.length + 1));
        expect(parse(bytes, within).map(({ data }) => data)).toEqual(texts.map((lines) => lines.join("\n")));
      },
    ),
  );
});

test("the stream says how long to wait, in digits or not at all", () => {
  const parser = createSseParser();
  parser.push(encode("retry: soon\n"));
  expect(parser.retryMs).toBeUndefined();
  parser.push(encode("retry: 1500\n\n"));
  expect(parser.retryMs).toBe(1500);
});

test("an event of many megabytes in small pieces costs time in proportion to its size", async () => {
  const parser = createSseParser();
  const piece = encode("x".repeat(1000));
  parser.push(encode("data: "));
  const read = () => {
    for (let count = 0; count < 16_000; count++) parser.push(piece);
    const [whole] = parser.push(encode("\n\n"));
    expect(whole?.data.length).toBe(16_000_000);
  };
  expect(await cpuMsOf(read)).toBeLessThan(3000);
});
