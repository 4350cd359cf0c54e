import { expect, test } from "vitest";
import { conversationOf } from "../../../../lib/core/loop/conversation.ts";
import type { HistoryMessage, Message, MessagePart } from "../../../../lib/message.ts";

/** Mulberry32: small, seeded, good enough to shuffle with. */
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

const text: MessagePart = { type: "text", text: "…" };
const call = (toolCallId: string): MessagePart => ({
  type: "tool-call",
  toolCallId,
  toolName: "bash",
  input: {},
});
const result = (toolCallId: string): MessagePart => ({
  type: "tool-result",
  toolCallId,
  toolName: "bash",
  output: { success: true, message: "" },
  isError: false,
});

function saying(role: Message["role"], content: MessagePart[]): HistoryMessage {
  const message = {
    id: "msg_1",
    sessionId: "ses_1",
    taskId: "tsk_1",
    role,
    content,
    files: [],
    position: 0,
    createdAt: "",
  };
  return { message, providerMetadata: content.map(() => null) };
}

/** A valid conversation: texts, calls with their results in any order, tools that a person ran. */
function conversation(below: (most: number) => number): HistoryMessage[] {
  let count = 0;
  return Array.from({ length: 1 + below(8) }).flatMap(() => {
    const ids = Array.from({ length: 1 + below(4) }, () => `call_${count++}`);
    switch (below(3)) {
      case 0:
        return [saying("user", [text]), saying("assistant", [text])];
      case 1:
        return [saying("user", [call(ids[0] ?? "")]), saying("tool", [result(ids[0] ?? "")])];
      default:
        return [saying("assistant", [text, ...ids.map(call)]), saying("tool", ids.toReversed().map(result))];
    }
  });
}

const places = (history: readonly HistoryMessage[], type: MessagePart["type"]) =>
  history.flatMap(({ message }, at) =>
    message.content.flatMap((part, index) => (part.type === type ? [{ at, index }] : [])),
  );

/** Without the part, or with the part twice. */
function changed(
  history: readonly HistoryMessage[],
  { at, index }: { at: number; index: number },
  times: 0 | 2,
) {
  return history.map((entry, place) => {
    const { role, content } = entry.message;
    const part = content[index];
    if (place !== at || part === undefined) return entry;
    return saying(role, content.toSpliced(index, 1, ...Array.from({ length: times }, () => part)));
  });
}

test("of 100 conversations each is let pass, and none that lacks or doubles one call or result", () => {
  let broken = 0;
  for (let seed = 0; seed < 100; seed++) {
    const history = conversation(random(seed));
    expect(() => conversationOf("ses_1", history), `seed ${seed}`).not.toThrow();
    for (const type of ["tool-call", "tool-result"] as const)
      for (const place of places(history, type))
        for (const times of [0, 2] as const) {
          expect(() => conversationOf("ses_1", changed(history, place, times)), `seed ${seed}`).toThrow(
            "belong together",
          );
          broken++;
        }
  }
  expect(broken).toBeGreaterThan(1000);
});

test("a call at the end, or with words before its result, is an orphan", () => {
  const open = saying("assistant", [call("a")]);
  expect(() => conversationOf("ses_1", [open])).toThrow("belong together");
  const late = [open, saying("user", [text]), saying("tool", [result("a")])];
  expect(() => conversationOf("ses_1", late)).toThrow("belong together");
});

test("a tool that a person ran is one message for the model, and a call of the agent stays apart from its result", () => {
  const run = [saying("user", [call("a")]), saying("tool", [result("a")])];
  const agents = [saying("assistant", [call("b")]), saying("tool", [result("b")])];
  const contents = conversationOf("ses_1", [...run, ...agents]).map(({ message }) => message.content);
  expect(contents).toEqual([[call("a"), result("a")], [call("b")], [result("b")]]);
});
