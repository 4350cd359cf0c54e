import { afterAll, beforeAll, expect, test } from "vitest";
import { startModelServer, type ModelServer } from "../../support/models/model-server.ts";
import { textStream, type WireName } from "../../support/models/model-streams.ts";
import { clientOf, collect, joined, request } from "./room.ts";

let server: ModelServer;
beforeAll(async () => void (server = await startModelServer()));
afterAll(() => server.close());

const wires: WireName[] = ["openai-chat", "openai-responses", "anthropic-messages", "google"];

/** What a provider says in two pieces, `first` and `second` as escapes of JSON. */
async function heard(wire: WireName, first: string, second: string) {
  const events = textStream(wire, "one@ #two").map((event) => ({
    ...event,
    data: event.data.replace("@ ", first).replace("#", second),
  }));
  server.answer({ events });
  return collect(clientOf(server).stream(request({ wire })));
}

test.each(wires)("%s: a pair whose halves come in two pieces is put together", async (wire) => {
  const events = await heard(wire, "\\ud83d", "\\ude00");
  expect(joined(events, "text")).toBe("one\u{1f600}two");
  const texts = events.flatMap((event) => (event.type === "text" ? [event.text] : []));
  expect(texts.filter((text) => !text.isWellFormed())).toEqual([]);
});

test.each(wires)("%s: half of a pair alone becomes U+FFFD", async (wire) => {
  expect(joined(await heard(wire, "\\ud83d", ""), "text")).toBe("one\ufffdtwo");
  expect(joined(await heard(wire, "", "\\ude00"), "text")).toBe("one\ufffdtwo");
});
