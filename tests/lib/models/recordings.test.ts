import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ModelServer, startModelServer } from "../../support/models/model-server.ts";
import { recorded, recordingNames, type SseEvent } from "../../support/models/model-streams.ts";
import { clientOf, collect, failing, joined, request } from "./room.ts";

let server: ModelServer;
beforeAll(async () => {
  server = await startModelServer();
});
afterAll(() => server.close());

const streams = recordingNames.filter((name) => recorded(name).status === 200);
const refusals = recordingNames.filter((name) => recorded(name).status !== 200);
/** What the recorded finish reasons are called here. */
const reasons: Record<string, string> = { end_turn: "stop", tool_calls: "tool-calls", stop: "stop" };

test("there are twenty-one recordings", () => {
  expect(recordingNames).toHaveLength(21);
});

describe.each(streams)("%s", (name) => {
  const { wire, events = [], expected } = recorded(name);
  // A piece of 7 bytes ends within lines, within words and within characters.
  test.each([{ pieceBytes: undefined }, { pieceBytes: 7 }])(
    "is understood in pieces of $pieceBytes bytes",
    async (cut) => {
      if (events.length > 500 && cut.pieceBytes === 7) cut = { pieceBytes: 997 }; // Long ones would only take long.
      server.answer({ events, ...(cut.pieceBytes === undefined ? {} : { pieceBytes: cut.pieceBytes }) });
      const heard = await collect(clientOf(server).stream(request({ wire })));

      expect(joined(heard, "text").trim()).toBe(expected.text.trim());
      expect(joined(heard, "reasoning")).toContain(expected.reasoning.trim());
      const calls = heard.filter((event) => event.type === "tool-call");
      expect(
        calls.map((call) => ({ name: call.toolName, input: JSON.parse(call.input) as unknown })),
      ).toEqual(expected.toolCalls);
      expect(new Set(calls.map((call) => call.toolCallId)).size).toBe(calls.length);
      expect(calls.every((call) => call.toolCallId !== "")).toBe(true);
      const finish = heard.at(-1);
      const inputTokens = (expected.usage?.inputTokens ?? 0) + cacheTokens(events);
      expect(finish).toMatchObject({
        type: "finish",
        reason: reasons[expected.finishReason ?? "stop"],
        usage: { ...expected.usage, inputTokens, costUsd: 0 },
      });
    },
  );
});

test.each(refusals)("%s is a refusal in the provider's words", async (name) => {
  const { wire, status, body } = recorded(name);
  server.answer({ status, body });
  const { said, error } = await failing(clientOf(server).stream(request({ wire })));
  expect(said).toEqual([]);
  expect(error.failure).toBe("refused");
  expect(error.message).toContain("not included in your subscription plan");
  expect(error.message).toContain("404");
});

/** Anthropic counts cached tokens beside the input, the contract counts them with it. */
function cacheTokens(events: readonly SseEvent[]): number {
  const counts = events.map(({ data }) =>
    ["cache_read_input_tokens", "cache_creation_input_tokens"]
      .map((name) => Number(new RegExp(`"${name}":(\\d+)`).exec(data)?.[1] ?? 0))
      .reduce((sum, count) => sum + count),
  );
  return Math.max(0, ...counts);
}
