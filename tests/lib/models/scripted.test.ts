import { describe, expect, test } from "vitest";
import type { HistoryMessage } from "../../../lib/message.ts";
import type { Clock } from "../../../lib/ports/clock.ts";
import { createModelClient } from "../../../lib/models/index.ts";
import type { ModelEvent } from "../../../lib/model.ts";
import { asMessage, collect, failing, joined, request, said, user } from "./room.ts";

function freshClient() {
  return createModelClient({ providers: { providers: () => new Map() }, idleTimeoutMs: 1_000 });
}

const client = freshClient();

function ask(model: string, history: readonly HistoryMessage[]): AsyncIterable<ModelEvent> {
  return client.stream(request({ model: `${model}@scripted`, history }));
}

function script(steps: object[], language = "json"): HistoryMessage {
  return user(`Please play this:\n\`\`\`${language}\n${JSON.stringify({ steps })}\n\`\`\`\nThank you.`);
}

/** Results for every call of an answer. */
function resultsFor(answer: HistoryMessage, output: Record<string, unknown>): HistoryMessage {
  const calls = answer.message.content.filter((part) => part.type === "tool-call");
  const results = calls.map(({ toolCallId, toolName }) => ({
    type: "tool-result" as const,
    toolCallId,
    toolName,
    output: { success: true, message: "", ...output },
    isError: output["success"] === false,
  }));
  return said("tool", results);
}

test("echo says what the user said, in small tokens", async () => {
  const text = "Hello wörld 🙂🙂🙂🙂🙂🙂\nsecond line";
  const heard = await collect(ask("echo", [user("before"), user(text)]));
  expect(joined(heard, "text")).toBe(text);
  expect(heard.filter((event) => event.type === "text").length).toBeGreaterThan(5);
  expect(heard.at(-1)).toMatchObject({ type: "finish", reason: "stop", usage: { costUsd: 0 } });
});

describe("script", () => {
  const steps = [
    {
      reasoning: "Thinking.",
      text: "First.",
      toolCalls: [
        { toolName: "bash", input: { command: "ls" } },
        { toolName: "bash", input: "{not json" },
      ],
    },
    { text: "Second.", tokens: 20, finish: "length" },
  ];

  test.each(["json", "script"])("plays its steps one by one from a ```%s block", async (language) => {
    const history = [
      user("Hi."),
      said("assistant", [{ type: "text", text: "Hi." }]),
      script(steps, language),
    ];
    const first = await collect(ask("script", history));
    expect(joined(first, "reasoning")).toBe("Thinking.");
    expect(joined(first, "text")).toBe("First.");
    expect(first.filter((event) => event.type === "tool-call")).toMatchObject([
      { toolCallId: "call_2_1", toolName: "bash", input: '{"command":"ls"}' },
      { toolCallId: "call_2_2", input: "{not json" },
    ]);
    expect(first.at(-1)).toMatchObject({ reason: "tool-calls" });

    history.push(said("assistant", [{ type: "text", text: "First." }]), said("tool", []));
    const second = await collect(ask("script", history));
    expect(joined(second, "text")).toMatch(/^Second\./);
    expect(second.at(-1)).toMatchObject({ reason: "length", usage: { outputTokens: 22 } });

    history.push(said("assistant", [{ type: "text", text: "Second." }]));
    expect(joined(await collect(ask("script", history)), "text")).toBe("Done.");
  });

  test("a message without a script in between changes nothing, a new script starts anew", async () => {
    const history = [script(steps), said("assistant", [{ type: "text", text: "First." }]), user("Hurry up.")];
    expect(joined(await collect(ask("script", history)), "text")).toMatch(/^Second\./);
    history.push(script([{ text: "Other." }]));
    expect(joined(await collect(ask("script", history)), "text")).toBe("Other.");
  });

  test("another process plays the same", async () => {
    const history = [script(steps)];
    const again = freshClient().stream(request({ model: "script@scripted", history }));
    expect(await collect(again)).toEqual(await collect(ask("script", history)));
  });

  test("fails where and how it is told, as often as it is told", async () => {
    const fail = {
      failure: "rate-limited",
      message: "Slow down.",
      retryAfterMs: 70,
      afterTokens: 2,
      times: 2,
    };
    const history = [script([{ text: "abcdefghijklmno", fail }])];
    for (let attempt = 0; attempt < 2; attempt++) {
      const { said: heard, error } = await failing(ask("script", history));
      expect(joined(heard, "text")).toBe("abcdefghij");
      expect(error).toMatchObject({ failure: "rate-limited", message: "Slow down.", retryAfterMs: 70 });
    }
    expect(joined(await collect(ask("script", history)), "text")).toBe("abcdefghijklmno");
  });

  test("fails always when no number is given", async () => {
    const history = [script([{ fail: { failure: "refused" } }])];
    for (let attempt = 0; attempt < 3; attempt++)
      expect((await failing(ask("script", history))).error.failure).toBe("refused");
  });

  test("keeps to its speed", async () => {
    let elapsedMs = 0;
    const clock: Clock = {
      now: () => elapsedMs,
      elapsed: () => elapsedMs,
      sleep: async (ms) => void (elapsedMs += ms),
    };
    const paced = createModelClient({
      providers: { providers: () => new Map() },
      idleTimeoutMs: 1_000,
      clock,
    });
    const history = [script([{ tokens: 30, tokensPerSecond: 200 }])];
    await collect(paced.stream(request({ model: "script@scripted", history })));
    expect(elapsedMs).toBeGreaterThan(125);
    expect(elapsedMs).toBeLessThan(175);
  });

  test("stops at once when the signal is aborted", async () => {
    const ending = new AbortController();
    const history = [script([{ delayMs: 60_000, text: "Never." }])];
    const stream = client.stream(request({ model: "script@scripted", history, signal: ending.signal }));
    setTimeout(() => ending.abort(new Error("enough")), 20);
    await expect(collect(stream)).rejects.toThrow("enough");
  });

  test("lets others run while it speaks as fast as it can", async () => {
    let ticks = 0;
    const ticking = setInterval(() => ticks++, 1);
    await collect(ask("script", [script([{ tokens: 20_000 }])]));
    clearInterval(ticking);
    expect(ticks).toBeGreaterThan(10);
  });

  test.each([
    ["no script at all", user("Hi."), "No message contains a script"],
    ["no JSON", user("```json\n{ oh\n```"), "not JSON"],
    ["no steps", user("```json\n{}\n```"), "`steps`"],
    ["an unknown field", script([{ test: "x" }]), "steps[0].test is unknown"],
    ["a wrong value", script([{ text: 1 }]), "steps[0].text"],
    ["an unknown failure", script([{ fail: { failure: "boredom" } }]), "steps[0].fail"],
    ["a negative speed", script([{ tokensPerSecond: -1 }]), "steps[0].tokensPerSecond"],
  ])("%s is refused in words", async (_, message, words) => {
    const { error } = await failing(ask("script", [message]));
    expect(error.failure).toBe("refused");
    expect(error.message).toContain(words);
  });
});

describe("demo", () => {
  /** Plays the demo to its end; `outputs` are what the tools give, in order. */
  async function played(outputs: Record<string, unknown>[]) {
    const history = [user("Please repair sum.")];
    const calls: { toolName: string; input: unknown }[] = [];
    for (const output of outputs) {
      const answer = asMessage(await collect(ask("demo", history)));
      for (const part of answer.message.content)
        if (part.type === "tool-call") calls.push({ toolName: part.toolName, input: part.input });
      history.push(answer, resultsFor(answer, output));
    }
    const last = await collect(ask("demo", history));
    return { calls, text: joined(last, "text"), last };
  }

  const red = { success: false, exitCode: 1 };
  const green = { success: true, exitCode: 0 };
  const read = { success: true, content: "return a - b;" };
  const edited = { success: true, message: "Edited." };
  const diff = {
    success: true,
    exitCode: 0,
    stdout: "--- a/sum.js\n+++ b/sum.js\n-  return a - b;\n+  return a + b;\n",
  };

  test("runs the tests, reads, edits, runs them again and shows the difference", async () => {
    const { calls, text, last } = await played([red, read, edited, green, diff]);
    expect(calls).toEqual([
      { toolName: "bash", input: { command: "node --test" } },
      { toolName: "readFile", input: { file_path: "sum.js" } },
      {
        toolName: "editFile",
        input: {
          file_path: "sum.js",
          edits: [{ old_string: "return a - b;", new_string: "return a + b;" }],
        },
      },
      { toolName: "bash", input: { command: "node --test" } },
      { toolName: "bash", input: { command: "git diff" } },
    ]);
    expect(text).toContain("Before the change the tests were red.");
    expect(text).toContain("Now the tests are green.");
    expect(text).toContain("1 line added and 1 removed");
    expect(last.at(-1)).toMatchObject({ reason: "stop" });
  });

  test("says red when it is red, and that nothing was changed when nothing was", async () => {
    const { text } = await played([
      red,
      read,
      { success: false, message: "Rejected." },
      red,
      { ...diff, stdout: "" },
    ]);
    expect(text).toContain("could not be changed");
    expect(text).toContain("Now the tests are red.");
    expect(text).toContain("Git sees no change.");
  });
});
