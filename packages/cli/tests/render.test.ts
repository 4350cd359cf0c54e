import { stripVTControlCharacters } from "node:util";
import { expect, test } from "vitest";
import type { Frame } from "../src/frame.ts";
import { createFrameRenderer } from "../src/render/frames.ts";
import { createStyle } from "../src/render/style.ts";
import { action, ids, message, snapshot, story, task, wholeTask } from "./session-story.ts";

function rendered(frames: readonly Frame[], { colour = false, columns = 80, asks = false } = {}): string {
  let text = "";
  const write = (piece: string) => void (text += piece);
  const renderer = createFrameRenderer({ write, style: createStyle(colour), columns: () => columns });
  for (const frame of frames) {
    renderer.render(frame);
    if (asks && frame.type === "action.required") renderer.ask(frame.data.action);
  }
  return text;
}

const golden = `› The test fails.

A failing test says more.

I'll run the tests.

● bash  node --test
    not ok 1 - sum
    # fail 1
  ✗ Command failed with exit code 1 · 320 ms
● editFile  sum.js
    --- a/sum.js
    +++ b/sum.js
    @@ -1,3 +1,3 @@
    -  return a - b;
    +  return a + b;
  ✓ approved
  ✓ Made 1 edit in sum.js. · 4 ms

✓ done · 4 steps · 12.3 s · 1.2k tokens · $0.0031
`;

test("a task reads as a story, without colour for a pipe", () => {
  expect(rendered([snapshot(), ...wholeTask()])).toBe(golden);
});

test("colour adds nothing but colour, and paints a diff by its signs", () => {
  const painted = rendered([snapshot(), ...wholeTask()], { colour: true });
  expect(stripVTControlCharacters(painted)).toBe(golden);
  expect(painted).toContain("\u001b[31m-  return a - b;\u001b[39m");
  expect(painted).toContain("\u001b[32m+  return a + b;\u001b[39m");
  expect(painted).toContain("\u001b[2mA failing test\u001b[22m");
});

test("an approval that is asked stands in a box, once, and its outcome closes it", () => {
  const text = rendered(wholeTask(), { asks: true });
  expect(text).toContain(`● editFile  sum.js
  ╭ Change sum.js?  00dddd
  │ --- a/sum.js
  │ +++ b/sum.js
  │ @@ -1,3 +1,3 @@
  │ -  return a - b;
  │ +  return a + b;
  ╰ ✓ approved
`);
  expect(text.match(/return a \+ b/g)).toHaveLength(1);
});

test("what was written is not written again when the line is cut and comes back", () => {
  const frames = wholeTask();
  const cut = [snapshot(), ...frames.slice(0, 6), snapshot({ streaming: null }), ...frames.slice(6)];
  expect(rendered(cut)).toBe(golden);
});

test("a log whose deltas were pruned reads the same", () => {
  const pruned = wholeTask().filter(({ type }) => type !== "token" && type !== "reasoning");
  expect(rendered(pruned)).toBe(golden);
});

test("a lost connection is told once, and its return", () => {
  let text = "";
  const write = (piece: string) => void (text += piece);
  const renderer = createFrameRenderer({ write, style: createStyle(false), columns: () => 80 });
  renderer.render(snapshot());
  renderer.lost();
  renderer.lost();
  renderer.render(snapshot());
  expect(text).toBe("↻ the connection was lost, trying again …\n↻ the connection is back\n");
});

test("an answer that was cut and begins again is told from the first try", () => {
  const created = { type: "message.created" as const, data: { message: message("assistant", "") } };
  const token = (text: string) => ({ type: "token" as const, data: { messageId: ids.message, text } });
  const final = { type: "message.final" as const, data: { message: message("assistant", "Second try.") } };
  const text = rendered(story([created, token("First t"), created, token("Second "), token("try."), final]));
  expect(text.trimEnd()).toBe("First t\n\n↻ the answer was interrupted and starts again\n\nSecond try.");
});

test("an answer that starts again under another id, as after a crash, is told as cut; that of the next task is not", () => {
  const created = (id: string, taskId: string) => ({
    type: "message.created" as const,
    data: { message: { ...message("assistant", ""), id, taskId } },
  });
  const token = (messageId: string, text: string) => ({ type: "token" as const, data: { messageId, text } });
  const first = [created("msg_1", "tsk_1"), token("msg_1", "First t")];
  const again = rendered(story([...first, created("msg_2", "tsk_1"), token("msg_2", "Second.")]));
  expect(again.trimEnd()).toBe("First t\n\n↻ the answer was interrupted and starts again\n\nSecond.");
  const next = rendered(story([...first, created("msg_2", "tsk_2"), token("msg_2", "Second.")]));
  expect(next).not.toContain("interrupted");
});

test("a stream joined in the middle of an answer goes on with its end only", () => {
  const token = { type: "token" as const, data: { messageId: ids.message, text: "the end." } };
  const final = {
    type: "message.final" as const,
    data: { message: message("assistant", "From the start to the end.") },
  };
  expect(rendered(story([token, final]))).toBe("the end.");
});

test("live output is bounded to its first and last lines", () => {
  const call = { messageId: ids.message, toolCallId: "c", toolName: "bash", input: { command: "seq 100" } };
  const numbers = Array.from({ length: 100 }, (_, index) => `${index + 1}\n`).join("");
  const output = { success: true, message: "Command executed successfully" };
  const text = rendered(
    story([
      { type: "tool.call", data: call },
      { type: "tool.output", data: { toolCallId: "c", stream: "stdout", text: numbers } },
      {
        type: "tool.result",
        data: { toolCallId: "c", toolName: "bash", output, isError: false, durationMs: 1500 },
      },
    ]),
  );
  expect(text.split("\n")).toHaveLength(1 + 12 + 1 + 4 + 1 + 1);
  expect(text).toContain("    12\n    … 84 more lines\n    97\n");
  expect(text).toContain("✓ Command executed successfully · 1.5 s");
});

test("results of parallel calls name their call", () => {
  const call = (id: string, path: string) => ({
    type: "tool.call" as const,
    data: { messageId: ids.message, toolCallId: id, toolName: "readFile", input: { file_path: path } },
  });
  const result = (id: string) => ({
    type: "tool.result" as const,
    data: {
      toolCallId: id,
      toolName: "readFile",
      output: { success: true, message: "Read." },
      isError: false,
      durationMs: 2,
    },
  });
  const text = rendered(story([call("1", "a.ts"), call("2", "b.ts"), result("2"), result("1")]));
  expect(text).toBe(
    "● readFile  a.ts\n● readFile  b.ts\n  ✓ Read. · 2 ms\n  ✓ readFile a.ts · Read. · 2 ms\n",
  );
});

test("a failed task says why, a cancelled one that it was", () => {
  const problem = {
    type: "x",
    title: "The model provider failed",
    status: 502,
    detail: "No answer in 30 s.",
    instance: "/",
    code: "model-failed" as const,
  };
  const failed = task({ state: "failed", error: problem, steps: 1, usage: { ...task().usage, costUsd: 0 } });
  expect(rendered(story([{ type: "task.updated", data: { task: failed } }]))).toBe(
    "✗ failed · 1 step · 1.2k tokens\n  The model provider failed: No answer in 30 s.\n",
  );
  const cancelled = task({ state: "cancelled" });
  expect(rendered(story([{ type: "task.updated", data: { task: cancelled } }]))).toContain("■ cancelled");
});

test("what models, tools and repositories say cannot drive the terminal", () => {
  const evil = "\u001b[2J\u001b]52;c;aGk=\u0007\u009b31mred\u0007\u0008\r\u202edrow";
  const frames = story([
    { type: "message.final", data: { message: message("user", evil, { id: "msg_u" }) } },
    { type: "reasoning", data: { messageId: ids.message, text: evil } },
    { type: "token", data: { messageId: ids.message, text: evil } },
    {
      type: "tool.call",
      data: { messageId: ids.message, toolCallId: "c", toolName: evil, input: { command: evil } },
    },
    { type: "tool.output", data: { toolCallId: "c", stream: "stdout", text: evil } },
    {
      type: "tool.result",
      data: {
        toolCallId: "c",
        toolName: evil,
        output: { success: false, message: evil },
        isError: true,
        durationMs: 1,
      },
    },
    {
      type: "action.required",
      data: { action: action({ preview: evil, toolName: "x", input: { file_path: evil } }) },
    },
    { type: "action.resolved", data: { action: action({ state: "rejected", reason: evil, preview: evil }) } },
    { type: "status", data: { state: "running", detail: evil } },
    {
      type: "task.updated",
      data: {
        task: task({
          state: "failed",
          error: { type: "x", title: "T", status: 500, detail: evil, instance: "/", code: "internal" },
        }),
      },
    },
  ]);
  const text = rendered(frames, { asks: true });
  expect(text).toContain("red");
  expect(text).not.toMatch(/[\p{Cc}--[\n]]|[\u202a-\u202e]/v);
});

test("a question about a host is shown beside the command that runs, and does not end it", () => {
  const host = {
    ...action(),
    id: `${ids.action.slice(0, -1)}z`,
    type: "host" as const,
    input: { host: "registry.example\u001b[2J", port: 443 },
    preview: null,
  };
  const event = { sessionId: ids.session, createdAt: host.createdAt };
  const frames: Frame[] = [
    snapshot(),
    { ...event, id: "evt_0001_0000000900", type: "action.required", data: { action: host } },
    {
      ...event,
      id: "evt_0001_0000000901",
      type: "action.resolved",
      data: { action: { ...host, state: "rejected" } },
    },
    {
      ...{ ...event, id: "evt_0001_0000000902", type: "network.denied" },
      data: { workspaceId: ids.workspace, host: "registry.example", port: 443, reason: "rejected" },
    },
  ];
  const text = rendered(frames, { asks: true });
  expect(text).toContain("Allow registry.example");
  expect(text).toContain("A command wants to reach registry.example");
  expect(text).not.toContain("\u001b");
  expect(text).toMatch(/✗ rejected.* registry\.example/);
  expect(text).toContain("✗ a command could not reach registry.example:443: it was rejected");
});
