import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { routes, type OperationId } from "../../packages/shared/src/index.ts";
import { bodyPointer } from "../support/contract.ts";
import { createSession } from "../support/conversation.ts";
import { replaced, textPlaces, valuesOf } from "../support/schema-values.ts";
import { useTestServer } from "../support/server/use-server.ts";
import { createWorld, examples } from "../support/world.ts";

const server = useTestServer();

/** As JSON texts, for some cannot be written in any other way. */
const nasty = [
  '"\\u0000"',
  '"a\\u0000b"',
  '"\\ud800"',
  '"\\udc00\\ud800"',
  '"\\u202etxt.exe"',
  '"\\ufeff"',
  '"\\u2028\\u2029"',
  '"👩‍👩‍👧‍👦🏳️‍🌈"',
  `"${"Z͑ͫ̓ͪ̂ͫ̽͏".repeat(50)}"`,
  `"${"x".repeat(100_000)}"`,
  '"__proto__"',
  '"constructor"',
  '"\'; DROP TABLE sessions; --"',
  '"\\" OR 1=1 --"',
  '"../../../../etc/passwd"',
  '"..\\\\..\\\\windows\\\\system32"',
  '"/dev/zero"',
  '"file:///etc/passwd"',
  '"$(touch pwned)"',
  '"`touch pwned`"',
  '"<script>alert(1)</script>"',
  '"%00%0a%0d%2e%2e"',
  '"\\r\\nSet-Cookie: x=1"',
  '"{{7*7}}${7*7}"',
  '"NaN"',
  '"-0"',
  '"1e400"',
  '"\\t \\n"',
];

const operations = (Object.keys(routes) as OperationId[]).filter(
  (operationId) => bodyPointer(operationId) !== undefined,
);

describe.each(operations)("%s", (operationId) => {
  test("takes or refuses every nasty text in every text field, and never breaks", async () => {
    const request = await examples[operationId](createWorld(server));
    const bodies = fc.sample(valuesOf(bodyPointer(operationId) ?? ""), { numRuns: 4, seed: 7 });
    const places = bodies.flatMap((body) => textPlaces(body).map((path) => ({ body, path })));
    for (const [turn, { body, path }] of places.slice(0, 12).entries()) {
      for (const text of nasty.filter((_, place) => (place + turn) % 2 === 0)) {
        const mark = "the place of the text";
        const sent = JSON.stringify(replaced(body, path, mark)).replace(JSON.stringify(mark), () => text);
        const answer = await server.call(operationId, {
          ...request,
          body: sent,
          headers: { "content-type": "application/json" },
        });
        expect(
          answer.status,
          `${path.join("/")} ${text.slice(0, 100)} ${answer.bytes.toString()}`,
        ).toBeLessThan(500);
      }
    }
  });
});

test.each(nasty)("a title of %j is kept as it is, or refused", async (text) => {
  const { id: sessionId } = await createSession(server);
  const answer = await server.call("updateSession", {
    params: { sessionId },
    body: `{"title":${text}}`,
    headers: { "content-type": "application/json" },
  });
  const title = JSON.parse(text) as string;
  const isPlain = !/[\x00-\x1f\x7f]/.test(title); // oxlint-disable-line no-control-regex -- A title has none.
  const isAllowed = title.length <= 200 && /\S/.test(title) && title.isWellFormed() && isPlain;
  expect(answer.status).toBe(isAllowed ? 200 : 400);
  if (!isAllowed) return;
  const read = (await server.call("getSession", { params: { sessionId } })).body.title;
  expect(read).toBe(title);
});

test.each([
  '{"__proto__":{"title":"x"}}',
  '{"constructor":{"prototype":{"title":"x"}}}',
  '{"title":"a","title":"b"}',
  '{"title":"a"}x',
  '{"title":1e400}',
  `${"[".repeat(100_000)}`,
])("a body of %.60s is refused or taken, and never breaks", async (body) => {
  const answer = await server.call("createSession", {
    body,
    headers: { "content-type": "application/json" },
  });
  expect(answer.status).toBeLessThan(500);
  expect(({} as { title?: string }).title).toBeUndefined();
});
