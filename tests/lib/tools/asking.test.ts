import { expect, test } from "vitest";
import { decided, openRoom } from "./room.ts";

const options = [
  { label: "Vitest", description: "Fast" },
  { label: "Jest", description: "Known" },
];
const questions = [
  { id: "runner", question: "Which test runner?", header: "Tests", options },
  { id: "also", question: "What else?", header: "More", options, multiSelect: true },
];
const todo = (id: string, status: string) => ({ id, content: `Step ${id}`, status });

test("todoWrite gives back the list and how far it is", async () => {
  const todos = [todo("1", "completed"), todo("2", "in_progress"), todo("3", "pending")];
  expect(await openRoom().run("todoWrite", { todos })).toEqual({
    success: true,
    message: "The list is saved: 1 of 3 completed.",
    todos,
  });
  expect((await openRoom().run("todoWrite", { todos: [] })).message).toBe("The list is now empty.");
});

test("todoWrite refuses an id that stands twice, and two steps in progress", async () => {
  const { run } = openRoom();
  const twice = await run("todoWrite", { todos: [todo("1", "pending"), todo("1", "completed")] });
  expect(twice).toMatchObject({ success: false });
  expect(twice.message).toContain('two steps have the id "1"');
  const both = await run("todoWrite", { todos: [todo("1", "in_progress"), todo("2", "in_progress")] });
  expect(both).toMatchObject({ success: false });
  expect(both.message).toContain("these are: 1, 2");
});

test("askUserQuestions hands on the answers by question: a label, labels, or free text", async () => {
  const result = { runner: "node:test, please", also: ["Vitest", "Jest"], note: "Thank you" };
  const output = await openRoom().run(
    "askUserQuestions",
    { questions },
    { decision: decided("answered", { result }) },
  );
  expect(output).toEqual({
    success: true,
    message: "The user answered.",
    answers: { runner: "node:test, please", also: ["Vitest", "Jest"] },
    remarks: { note: "Thank you" },
  });
});

test("askUserQuestions says which questions were left open", async () => {
  const decision = decided("answered", { result: { runner: "Jest" } });
  const output = await openRoom().run("askUserQuestions", { questions }, { decision });
  expect(output).toMatchObject({
    success: true,
    message: "The user answered. Not answered: also.",
    answers: { runner: "Jest", also: null },
  });
});

test.each([
  [decided("rejected", { reason: "Busy" }), /declined to answer.*Reason: Busy/],
  [decided("expired"), /The user did not answer in time/],
  [decided("cancelled"), /withdrawn/],
  [null, /have no answer/],
])("askUserQuestions never makes an answer up (%#)", async (decision, said) => {
  const output = await openRoom().run("askUserQuestions", { questions }, { decision });
  expect(output.success).toBe(false);
  expect(output.message).toMatch(said);
  expect(output).not.toHaveProperty("answers");
});

test("askUserQuestions asks nobody when two questions have one id", async () => {
  const { preview } = openRoom();
  const same = { questions: [questions[0], { ...questions[1], id: "runner" }] };
  await expect(preview("askUserQuestions", same)).rejects.toThrow('two of them have the id "runner"');
  await expect(preview("askUserQuestions", { questions })).resolves.toEqual({ preview: null, revision: "" });
});

test("exitPlanMode shows the plan, and none that is blank", async () => {
  const { preview } = openRoom();
  expect(await preview("exitPlanMode", { plan: "# Plan" })).toEqual({ preview: "# Plan", revision: "" });
  await expect(preview("exitPlanMode", { plan: " \n" })).rejects.toThrow("blank");
});

test.each([
  [
    decided("approved"),
    { success: true, message: "The plan is approved. Implement it now.", action: "approve" },
  ],
  [null, { success: true, message: "The plan is approved. Implement it now.", action: "approve" }],
  [
    decided("answered", { result: { plan: "# Better", feedback: "Keep it short" } }),
    {
      success: true,
      message:
        "The user changed the plan and approved it. Implement the version in `plan` now. The user adds: Keep it short",
      action: "approve",
      plan: "# Better",
      feedback: "Keep it short",
    },
  ],
  [
    decided("rejected", { reason: "Too large" }),
    {
      success: false,
      message:
        "The user rejected the plan; do not implement it. Revise it and present it again. Reason: Too large",
      action: "reject",
      feedback: "Too large",
    },
  ],
])("exitPlanMode says what was decided (%#)", async (decision, output) => {
  expect(await openRoom().run("exitPlanMode", { plan: "# Plan" }, { decision })).toEqual(output);
});

test.each(["expired", "cancelled", "pending"] as const)(
  "exitPlanMode never takes %s for approved",
  async (state) => {
    const output = await openRoom().run("exitPlanMode", { plan: "# Plan" }, { decision: decided(state) });
    expect(output.success).toBe(false);
    expect(output.message).toMatch(/[Dd]o not implement it/);
  },
);
