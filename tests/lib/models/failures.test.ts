import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Clock, systemClock } from "../../../lib/ports/clock.ts";
import { ModelError, type ModelEvent, type ModelFailure } from "../../../lib/model.ts";
import { createModelClient } from "../../../lib/models/index.ts";
import { type Answer, type ModelServer, startModelServer } from "../../support/models/model-server.ts";
import { textStream, toolCallStream, type WireName } from "../../support/models/model-streams.ts";
import { apiKey, clientOf, collect, failing, joined, provider, request } from "./room.ts";
import { handClock } from "../../support/time/hand-clock.ts";

let server: ModelServer;
beforeAll(async () => {
  server = await startModelServer();
});
afterAll(() => server.close());

const wireNames: WireName[] = ["openai-chat", "openai-responses", "anthropic-messages", "google"];

async function outcomeOf(events: AsyncIterable<ModelEvent>): Promise<ModelEvent[] | ModelError> {
  try {
    return await collect(events);
  } catch (error) {
    if (error instanceof ModelError) return error;
    throw error;
  }
}

async function failureOf(answer: Answer, wire: WireName = "openai-chat") {
  server.answer(answer);
  return (await failing(clientOf(server).stream(request({ wire })))).error;
}

describe.each(wireNames)("%s", (wire) => {
  test.each<[number, unknown, ModelFailure]>([
    [400, { error: { message: "Unknown parameter." } }, "refused"],
    [401, { error: { message: "Bad key." } }, "unauthorized"],
    [403, { error: { message: "Not for you." } }, "unauthorized"],
    [404, { error: { message: "No such model." } }, "refused"],
    [413, { error: { message: "Too big." } }, "context-overflow"],
    [429, { error: { message: "Slow down." } }, "rate-limited"],
    [429, { error: { message: "You exceeded your quota.", code: "insufficient_quota" } }, "refused"],
    [500, { error: { message: "Oh no." } }, "overloaded"],
    [503, "<html>Bad gateway</html>", "overloaded"],
    [529, { type: "error", error: { type: "overloaded_error", message: "Overloaded" } }, "overloaded"],
    [400, { error: { message: "Too long.", code: "context_length_exceeded" } }, "context-overflow"],
    [302, "", "refused"],
  ])("%i %j is %s", async (status, body, failure) => {
    const error = await failureOf({ status, body }, wire);
    expect(error.failure).toBe(failure);
    expect(error.message).toContain(String(status));
  });

  test("a stream that is cut is a passing failure wherever it is cut", async () => {
    const events = toolCallStream(wire, {
      text: "One two.",
      calls: [{ id: "call_1", name: "bash", input: { command: "ls -la" } }],
    });
    server.answer({ events });
    const whole = await collect(clientOf(server).stream(request({ wire })));
    const bytes = events
      .map(({ event, data }) => `${event === null ? "" : `event: ${event}\n`}data: ${data}\n\n`)
      .join("");
    expect(whole.at(-1)?.type).toBe("finish");
    for (let place = 1; place < Buffer.byteLength(bytes); place += 50) {
      for (const stopBy of ["cut", "end"] as const) {
        server.answer({ events, stopAfterBytes: place, stopBy });
        const outcome = await outcomeOf(clientOf(server).stream(request({ wire })));
        expect(
          outcome instanceof ModelError ? outcome.failure : outcome.slice(0, -1),
          `${stopBy} at ${place}`,
        ).toEqual(
          // Only the usage, which comes after the reason, may be missing from an answer that counts as whole.
          outcome instanceof ModelError ? "network" : whole.slice(0, -1),
        );
      }
    }
  });

  test("what is not JSON is malformed", async () => {
    const [first, ...rest] = textStream(wire, "Hello.");
    const broken = [...(first === undefined ? [] : [first]), { event: null, data: '{"oh": ' }, ...rest];
    expect((await failureOf({ events: broken }, wire)).failure).toBe("malformed");
  });

  test.each<Answer>([
    { delayMs: 60_000 },
    { stopAfterBytes: 200, stopBy: "stall" },
    { stopAfterBytes: 0, stopBy: "stall" },
  ])("silence is a timeout: %j", async (answer) => {
    server.answer({ events: textStream(wire, "Hello, this is a longer answer."), ...answer });
    const { error } = await failing(clientOf(server, { idleTimeoutMs: 120 }).stream(request({ wire })));
    expect(error.failure).toBe("timeout");
    expect(await server.requests.at(-1)?.closed).toBe(true);
  });

  test("a slow but steady answer is no timeout", async () => {
    server.answer({ events: textStream(wire, "One two three four five."), pauseMs: 10 });
    const heard: ModelEvent[] = [];
    const clock = handClock();
    for await (const event of clientOf(server, { idleTimeoutMs: 200, clock }).stream(request({ wire }))) {
      heard.push(event);
      clock.passBy(150);
    }
    expect(joined(heard, "text")).toBe("One two three four five.");
    expect(clock.elapsed()).toBeGreaterThan(400);
  });

  test("a reader that takes its time is no silence of the provider", async () => {
    const text = "word ".repeat(20_000); // More than fits between us and the provider.
    server.answer({ events: textStream(wire, text) });
    const heard: ModelEvent[] = [];
    const clock = handClock();
    for await (const event of clientOf(server, { idleTimeoutMs: 250, clock }).stream(request({ wire }))) {
      heard.push(event);
      if (heard.length > 3) continue;
      await untilNothingMoves(() => server.requests.at(-1)?.unsentBytes());
      clock.passBy(350);
    }
    expect(joined(heard, "text")).toBe(text);
  });

  test("aborting closes the connection and throws the signal's reason", async () => {
    server.answer({ events: textStream(wire, "One two three four five."), pauseMs: 30 });
    const ending = new AbortController();
    const reason = new Error("enough");
    const heard: string[] = [];
    const reading = (async () => {
      for await (const event of clientOf(server).stream(request({ wire, signal: ending.signal }))) {
        heard.push(event.type);
        ending.abort(reason);
      }
    })();
    await expect(reading).rejects.toBe(reason);
    expect(await server.requests.at(-1)?.closed).toBe(true);
    expect(heard).toHaveLength(1);
  });

  test("aborting before anything came closes the connection as well", async () => {
    server.answer({ delayMs: 60_000 });
    const ending = new AbortController();
    const asked = server.requests.length;
    const reading = collect(clientOf(server).stream(request({ wire, signal: ending.signal })));
    const waiting = (async () => {
      while (server.requests.length === asked) await new Promise((resolve) => setTimeout(resolve, 2));
      ending.abort(new Error("enough"));
    })();
    await expect(reading).rejects.toThrow("enough");
    await waiting;
    expect(await server.requests.at(-1)?.closed).toBe(true);
  });

  test("leaving the iterator closes the connection", async () => {
    server.answer({ events: textStream(wire, "One two three four five."), pauseMs: 30 });
    for await (const _ of clientOf(server).stream(request({ wire }))) break;
    expect(await server.requests.at(-1)?.closed).toBe(true);
  });
});

/**
 * Waits until every buffer between provider and reader is full: no byte moved in 50 turns of the event loop. Each turn reads
 * the sockets, which time alone does not promise: a process that got no processor for a while runs its timers first.
 */
async function untilNothingMoves(unsent: () => number | undefined): Promise<void> {
  let last: number | undefined;
  for (let turns = 0; turns < 50;) {
    await new Promise((resolve) => setImmediate(resolve));
    const now = unsent();
    turns = now === last ? turns + 1 : 0;
    last = now;
  }
}

test("an answer that is read to its end was not closed by us", async () => {
  server.answer({ events: textStream("openai-chat", "Hello.") });
  await collect(clientOf(server).stream(request()));
  expect(await server.requests.at(-1)?.closed).toBe(false);
});

test("no timer is left behind by an answer", async () => {
  let sleeping = 0;
  const clock: Clock = {
    ...systemClock,
    sleep: (ms, signal) => systemClock.sleep(ms, signal).finally(() => sleeping--),
  };
  const counting = {
    ...clock,
    sleep: (ms: number, signal: AbortSignal) => (sleeping++, clock.sleep(ms, signal)),
  };
  const all = new Map([["local", provider("openai-compatible", server)]]);
  const client = createModelClient({
    providers: { providers: () => all },
    idleTimeoutMs: 60_000,
    clock: counting,
  });
  for await (const _ of client.stream(request({ model: "m@local" }))) expect(sleeping).toBe(1);
  await new Promise((resolve) => setTimeout(resolve, 5));
  expect(sleeping).toBe(0);
});

test("a signal that is aborted already sends nothing", async () => {
  const before = server.requests.length;
  const stream = clientOf(server).stream(request({ signal: AbortSignal.abort(new Error("before")) }));
  await expect(collect(stream)).rejects.toThrow("before");
  expect(server.requests).toHaveLength(before);
});

test.each([
  [{ "retry-after": "7" }, 7_000],
  [{ "retry-after": "0.5" }, 500],
  [{ "retry-after-ms": "250", "retry-after": "9" }, 250],
  [{ "retry-after": "soon" }, undefined],
  [{}, undefined],
])("429 with %j asks to wait %s ms", async (headers: Record<string, string>, ms) => {
  const error = await failureOf({ status: 429, body: { error: { message: "Slow down." } }, headers });
  expect(error.retryAfterMs).toBe(ms);
});

test("429 with a date asks to wait until then", async () => {
  const date = new Date(Date.now() + 30_000).toUTCString();
  const error = await failureOf({ status: 429, body: {}, headers: { "retry-after": date } });
  expect(error.retryAfterMs).toBeGreaterThan(25_000);
  expect(error.retryAfterMs).toBeLessThanOrEqual(30_000);
});

test.each<[WireName, string, object, ModelFailure]>([
  [
    "anthropic-messages",
    "error",
    { type: "error", error: { type: "overloaded_error", message: "Overloaded" } },
    "overloaded",
  ],
  [
    "anthropic-messages",
    "error",
    { type: "error", error: { type: "rate_limit_error", message: "Slow" } },
    "rate-limited",
  ],
  ["openai-chat", "message", { error: { code: 502, message: "Upstream is gone" } }, "overloaded"],
  [
    "openai-chat",
    "message",
    { error: { message: "Overloaded, try again", type: "server_error" } },
    "overloaded",
  ],
  [
    "openai-chat",
    "message",
    { error: { code: "context_length_exceeded", message: "Too long" } },
    "context-overflow",
  ],
  [
    "openai-responses",
    "response.failed",
    {
      type: "response.failed",
      sequence_number: 9,
      response: { error: { code: "server_error", message: "Sorry" } },
    },
    "overloaded",
  ],
  [
    "openai-responses",
    "error",
    { type: "error", sequence_number: 9, code: "rate_limit_exceeded", message: "Slow down", param: null },
    "rate-limited",
  ],
])(
  "%s: an error event mid-stream is a failure after what was said: %s %j",
  async (wire, event, data, failure) => {
    const events = textStream(wire, "One two.");
    const firstText = events.findIndex((one) => one.data.includes("One "));
    server.answer({ events: [...events.slice(0, firstText + 1), { event, data: JSON.stringify(data) }] });
    const { said, error } = await failing(clientOf(server).stream(request({ wire })));
    expect(joined(said, "text")).toBe("One ");
    expect(error.failure).toBe(failure);
  },
);

test.each([
  "This model's maximum context length is 8192 tokens. However, your messages resulted in 9000 tokens.",
  "prompt is too long: 210000 tokens > 200000 maximum",
  "The input token count (1050000) exceeds the maximum number of tokens allowed (1048576).",
  "request (9000 tokens) exceeds the available context size (4096 tokens)",
])("%s is a context overflow", async (message) => {
  expect((await failureOf({ status: 400, body: { error: { message } } })).failure).toBe("context-overflow");
});

test("a free tier's limit that speaks of billing passes with time", async () => {
  const message = "Rate limit reached. Add a payment method at https://platform.openai.com/account/billing.";
  const error = await failureOf({ status: 429, body: { error: { message, code: "rate_limit_exceeded" } } });
  expect(error.failure).toBe("rate-limited");
  expect(error.message).toBe(`openai-compatible answered 429: ${message}`);
});

test("a limit of tokens per minute is no context overflow", async () => {
  const message = "Rate limit reached: too many tokens per minute.";
  expect((await failureOf({ status: 429, body: { error: { message } } })).failure).toBe("rate-limited");
});

test("nobody listening is a network failure", async () => {
  const closed = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => closed.once("listening", resolve));
  const { port } = closed.address() as AddressInfo;
  await new Promise((resolve) => closed.close(resolve));
  const { error } = await failing(clientOf({ url: `http://127.0.0.1:${port}` }).stream(request()));
  expect(error.failure).toBe("network");
});

test("a web page instead of a stream is a failure that helps", async () => {
  const error = await failureOf({ body: "<html>Welcome</html>" });
  expect(error.failure).toBe("refused");
  expect(error.message).toContain("base URL");
});

test("a message holds neither the key nor a long body", async () => {
  const message = `Incorrect API key provided: ${apiKey}. Also sk-proj-abcdefghijklmnop. ${"x".repeat(10_000)}`;
  const error = await failureOf({ status: 401, body: { error: { message } } });
  expect(error.message).not.toContain(apiKey);
  expect(error.message).toMatch(/ Check the key of [\w-]+\.$/);
  expect(error.message).not.toContain("abcdefgh");
  expect(error.message.length).toBeLessThan(600);
  expect(JSON.stringify(error.cause ?? null).length).toBeLessThan(1_000);
});

test("a redirect is not followed, so the key stays here", async () => {
  const other = await startModelServer();
  await failureOf(
    { status: 307, headers: { location: `${other.url}/v1/chat/completions` }, body: "" },
    "anthropic-messages",
  );
  expect(other.requests).toEqual([]);
  await other.close();
});

test("more patience than Node's own fetch has is possible", async () => {
  server.answer({ events: textStream("openai-chat", "Hello.") });
  const heard = await collect(clientOf(server, { idleTimeoutMs: 400_000 }).stream(request()));
  expect(joined(heard, "text")).toBe("Hello.");
});

test("a model nobody configured is refused in words, without a request", async () => {
  const client = createModelClient({ providers: { providers: () => new Map() }, idleTimeoutMs: 1_000 });
  const { error } = await failing(client.stream(request({ model: "gpt-5-mini@openai" })));
  expect(error.failure).toBe("refused");
  expect(error.message).toContain("OPENAI_API_KEY");
});

test("problemWith names what to set", () => {
  const url = "http://127.0.0.1:1";
  const providers = new Map([
    ["keyless", provider("anthropic", { url }, { apiKey: null, baseUrl: null })],
    ["anthropic", provider("anthropic", { url }, { apiKey: null, baseUrl: null })],
    ["nowhere", provider("openai-compatible", { url }, { baseUrl: null })],
    ["local", provider("openai-compatible", { url }, { apiKey: null })],
  ]);
  const { problemWith } = createModelClient({
    providers: { providers: () => providers },
    idleTimeoutMs: 1_000,
  });
  expect(problemWith("m@local")).toBeUndefined();
  expect(problemWith("echo@scripted")).toBeUndefined();
  expect(problemWith("nonsense@scripted")).toContain("demo, echo, script");
  expect(problemWith("toString@scripted")).toContain("demo, echo, script");
  expect(problemWith("m@keyless")).toContain("providers.keyless.apiKey");
  expect(problemWith("m@anthropic")).toContain("ANTHROPIC_API_KEY");
  expect(problemWith("m@nowhere")).toContain("providers.nowhere.baseUrl");
  expect(problemWith("m@google")).toContain("GEMINI_API_KEY");
  expect(problemWith("m@unheard-of")).toContain("no provider unheard-of");
  expect(problemWith("no-provider")).toContain("not a model id");
});
