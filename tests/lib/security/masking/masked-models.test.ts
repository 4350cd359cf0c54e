import { expect, test } from "vitest";
import type { ModelClient, ModelEvent } from "../../../../lib/model.ts";
import { maskedModels } from "../../../../lib/security/masking/masked-ports.ts";
import { createMasking } from "../../../../lib/security/masking/masking.ts";
import { noUsage } from "../../../../lib/task.ts";

const secret = "own-secret-0123456789";
const finish: ModelEvent = { type: "finish", reason: "stop", usage: noUsage };

async function masked(...events: ModelEvent[]): Promise<ModelEvent[]> {
  const masking = createMasking();
  masking.learn([{ name: "api key of this server", value: secret }]);
  const client: Pick<ModelClient, "stream"> = {
    // oxlint-disable-next-line require-await -- A port that real clients answer over the network.
    stream: async function* () {
      yield* events;
    },
  };
  return Array.fromAsync(maskedModels(client as ModelClient, masking).stream({} as never));
}

function written(events: ModelEvent[], type: "text" | "reasoning"): string {
  return events.map((event) => (event.type === type ? event.text : "")).join("");
}

test("a secret is masked wherever the pieces of a model end", async () => {
  for (let at = 0; at <= secret.length; at++) {
    const pieces = [`It is ${secret.slice(0, at)}`, `${secret.slice(at)}.`];
    const events = await masked(...pieces.map((text) => ({ type: "text", text }) as const), finish);
    expect(written(events, "text")).toBe("It is [masked: api key of this server].");
    expect(events.at(-1)).toEqual(finish);
  }
});

test("what is held back comes before what follows, and text of another kind is not joined to it", async () => {
  const events = await masked(
    { type: "reasoning", text: "own-sec" },
    { type: "text", text: "ret-0123456789" },
    { type: "text", text: " own-sec" },
    finish,
  );
  expect(written(events, "reasoning")).toBe("own-sec");
  expect(written(events, "text")).toBe("ret-0123456789 own-sec");
  expect(events.map(({ type }) => type)).toEqual(["reasoning", "text", "text", "text", "finish"]);
});

test("plain text passes unchanged and at once", async () => {
  const events: ModelEvent[] = [{ type: "text", text: "Plain" }, { type: "text", text: " text." }, finish];
  expect(await masked(...events)).toEqual(events);
});

test("a secret in the input of a tool call is masked, and a made-up key of a known format is not", async () => {
  const example = `npm${"_"}${"a1".repeat(18)}`;
  const call = { type: "tool-call", toolCallId: "c", toolName: "bash", providerMetadata: null } as const;
  const [event] = await masked(
    { ...call, input: JSON.stringify({ command: `echo ${secret} ${example}` }) },
    finish,
  );
  expect(event).toEqual({
    ...call,
    input: JSON.stringify({ command: `echo [masked: api key of this server] ${example}` }),
  });
});
