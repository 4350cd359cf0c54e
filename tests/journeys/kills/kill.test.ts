import { beforeAll, expect, test } from "vitest";
import { type Breach, check } from "../../kill/check/index.ts";
import { judge, type Judged } from "../../kill/judge.ts";
import type { Outcome } from "../../kill/report/outcome.ts";
import { planSchedule, type Schedule } from "../../kill/plan/plan.ts";

/** Something of every kind, killed while the agent speaks, while it asks, and in its recovery. */
const mixed: Schedule = {
  index: 0,
  seed: "journey",
  aims: [],
  isLong: true,
  lives: [
    { wave: ["speech", "uploads"], ending: { by: "kill-at", while: "speaking" }, isRecovery: false },
    {
      wave: ["approvals", "commands", "files"],
      ending: { by: "kill-at", while: "asking" },
      isRecovery: true,
    },
    { wave: ["profiles"], ending: { by: "kill", afterMs: 300 }, isRecovery: true },
  ],
};

let judged: Judged[];
let outcome: Outcome;
beforeAll(async () => {
  judged = await Promise.all(
    [mixed, planSchedule("journey", 1), planSchedule("journey", 2)].map((one) => judge(one)),
  );
  const first = judged[0]?.outcome;
  if (first === undefined) throw new Error(`There is no outcome: ${judged[0]?.faults.join("\n")}`);
  outcome = first;
});

test("a server that is killed while it speaks, asks, recovers and at its failpoints keeps what it acknowledged", () => {
  for (const { breaches, folder } of judged) expect(breaches, folder).toEqual([]);
  expect(judged.flatMap(({ lives }) => lives).filter(({ end }) => end !== "stop").length).toBeGreaterThan(4);
  expect(outcome.asked.length).toBeGreaterThan(10);
});

test("the same number of the same seed is the same schedule", () => {
  expect(planSchedule("journey", 7)).toEqual(planSchedule("journey", 7));
  expect(planSchedule("journey", 7)).not.toEqual(planSchedule("another", 7));
});

/** What could go wrong, each done to what really came of a schedule. */
const doctored: Record<string, { breach: Breach["kind"]; harm: (outcome: Outcome) => void }> = {
  "a message that was acknowledged is gone": {
    breach: "lost",
    harm: ({ asked, sessions }) => {
      const { message } = bodyOf<{ message: { id: string; sessionId: string } }>(asked, "sendMessage");
      const stored = found(sessions.find(({ session }) => session.id === message.sessionId));
      remove(stored.messages, ({ id }) => id === message.id);
    },
  },
  "a message stands there twice": {
    breach: "duplicated",
    harm: ({ sessions }) => {
      const { messages } = found(sessions.find((one) => one.messages.some(({ role }) => role === "user")));
      mutable(messages).push(found(messages.find(({ role }) => role === "user")));
    },
  },
  "a command ran twice": {
    breach: "duplicated",
    harm: ({ effects }) => void Object.assign(effects, { [found(Object.keys(effects)[0])]: 2 }),
  },
  "a command that is told as done did not run": {
    breach: "lost",
    harm: ({ effects, rows }) => {
      const done = rows.toolCalls.filter(({ tool_name, is_error }) => tool_name === "bash" && is_error === 0);
      const token = found(
        Object.keys(effects).find((known) => done.some(({ input }) => input.includes(known))),
      );
      Reflect.deleteProperty(effects, token);
    },
  },
  "a rejected command ran": {
    breach: "duplicated",
    harm: ({ rows, effects }) => {
      const asked = found(rows.actions.find((action) => effectOf(rows, action, effects) !== undefined));
      Object.assign(asked, { state: "rejected" });
    },
  },
  "a decision is not the one that was acknowledged": {
    breach: "lost",
    harm: ({ rows }) => rows.actions.forEach((action) => void Object.assign(action, { state: "expired" })),
  },
  "an approval was used by two": {
    breach: "duplicated",
    harm: ({ asked }) =>
      mutable(asked).push(found(asked.find(({ operationId }) => operationId === "createAction"))),
  },
  "an event is gone from the log": {
    breach: "lost",
    harm: ({ sessions }) => {
      const { events } = found(
        sessions.find(({ events: all }) => all.some(({ type }) => type === "task.updated")),
      );
      remove(events, ({ type }) => type === "task.updated");
    },
  },
  "an event is told under an earlier number": {
    breach: "duplicated",
    harm: ({ sessions }) => {
      const events = mutable(found(sessions.find(({ events: all }) => all.length > 2)).events);
      events.push(found(events[0]));
    },
  },
  "somebody did not hear an event": {
    breach: "gap",
    harm: ({ followed }) => remove(found(followed[0]).events, ({ type }) => type === "session.updated"),
  },
  "somebody was told of a gap": {
    breach: "gap",
    harm: ({ followed }) => void Object.assign(found(followed[0]), { gaps: 1 }),
  },
  "somebody folded something else": {
    breach: "difference",
    harm: ({ followed }) => {
      const { messages } = found(followed.find((one) => one.messages.length > 0));
      Object.assign(found(messages.at(-1)), { content: [] });
    },
  },
  "a tool call has no result": {
    breach: "lost",
    harm: ({ sessions }) => {
      const { messages } = found(sessions.find((one) => one.messages.some(({ role }) => role === "tool")));
      remove(messages, ({ role }) => role === "tool");
    },
  },
  "a task never ends": {
    breach: "unfinished",
    harm: ({ sessions }) =>
      void Object.assign(found(sessions.flatMap(({ tasks }) => tasks)[0]), { state: "running" }),
  },
  "the bytes of a file are others": {
    breach: "lost",
    harm: ({ sha256 }) =>
      void Object.assign(sha256, {
        [found(Object.keys(sha256).find((id) => sha256[id] !== undefined))]: "others",
      }),
  },
  "a file that the agent wrote holds something else": {
    breach: "lost",
    harm: ({ texts }) => void Object.assign(texts, { [found(Object.keys(texts)[0])]: "something else" }),
  },
  "an agent is there that nobody asked for": {
    breach: "duplicated",
    harm: ({ agents }) => mutable(agents).push({ ...found(agents[0]), id: "agt_01another0000000000000000a" }),
  },
  "a file that was deleted is there again": {
    breach: "lost",
    harm: ({ asked, rows }) => {
      const { options } = found(asked.find(({ operationId }) => operationId === "deleteFile"));
      mutable(rows.files).push({ id: found(options.params?.["fileId"]), name: "back.bin" });
    },
  },
  "bytes of a file without record are left": {
    breach: "fault",
    harm: ({ rows }) => mutable(rows.attachments).push("fil_stray"),
  },
  "a key is answered otherwise the second time": {
    breach: "duplicated",
    harm: ({ asked }) => {
      const { again } = found(asked.find((one) => one.again.length > 0 && one.status < 300));
      Object.assign(found(again[0]), { body: { id: "another" } });
    },
  },
  "a provider is not in the settings": {
    breach: "lost",
    harm: ({ settings }) => void Object.assign(settings, { providers: {} }),
  },
  "a process is left": { breach: "orphan", harm: ({ left }) => mutable(left).push("4711 sleep 31") },
  "a database is damaged": {
    breach: "damaged",
    harm: ({ rows }) => mutable(rows.damage).push("chat_history: torn"),
  },
};

test.each(Object.entries(doctored))("the checks find it when %s", (_, { breach, harm }) => {
  const copy = structuredClone(outcome);
  harm(copy);
  expect(check(copy).map(({ kind }) => kind)).toContain(breach);
});

function effectOf(
  { toolCalls }: Outcome["rows"],
  of: { task_id: string; tool_call_id: string },
  effects: Outcome["effects"],
): string | undefined {
  const call = toolCalls.find((one) => one.task_id === of.task_id && one.tool_call_id === of.tool_call_id);
  return Object.keys(effects).find((token) => call?.input.includes(`${token} `));
}

function bodyOf<Body>(asked: Outcome["asked"], operationId: string): Body {
  return found(asked.find((one) => one.operationId === operationId && one.status < 300)).body as Body;
}

function found<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("The schedule brought nothing of the kind.");
  return value;
}

/** What is read by the checks is written here alone. */
function mutable<T>(values: readonly T[]): T[] {
  return values as T[];
}

function remove<T>(values: readonly T[], isIt: (value: T) => boolean): void {
  mutable(values).splice(values.findIndex(isIt), 1);
}
