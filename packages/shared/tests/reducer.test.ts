import fc from "fast-check";
import { expect, test } from "vitest";
import {
  allMessages,
  emptyState,
  reduce,
  type SessionState,
  type SnapshotFrame,
  type StreamFrame,
} from "../src/index.ts";
import { createSessionModel, eventIdOf, sessionId, type Step, steps } from "./session-model.ts";
import { cpuMsOf } from "../../../tests/support/time/cpu-time.ts";

const fold = (state: SessionState, frames: readonly StreamFrame[]) => frames.reduce(reduce, state);

function ran(all: readonly Step[]) {
  const model = createSessionModel();
  model.run(all);
  return model;
}

/** What two ways to the same place must agree on. When the session was last told whole is not part of it. */
function essence(state: SessionState) {
  const { session } = state;
  return { ...state, snapshotId: null, session: { ...session, lastEventId: "" } };
}

function presentOf({ session, workspace, actions, streaming, queue, tasks }: SessionState) {
  const active = session?.activeTask;
  return {
    session: { ...session, lastEventId: "" },
    workspace,
    actions,
    streaming,
    queue,
    activeTask: active ? tasks[active.id] : null,
  };
}

function presentIn({ data }: SnapshotFrame) {
  return { ...data, session: { ...data.session, lastEventId: "" } };
}

/** Something that must be there for the test to mean anything. */
function the<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("There is none.");
  return value;
}

const step = (kind: Step["kind"], choice = 1, text = "x"): Step => ({ kind, choice, text });

test("the folded log is what the server holds", () => {
  fc.assert(
    fc.property(steps, (all) => {
      const { log, snapshots, messages } = ran(all);
      const state = fold(emptyState, log);
      expect(state.messages).toEqual(messages);
      expect(presentOf(state)).toEqual(presentIn(the(snapshots.at(-1))));
    }),
    { numRuns: 300 },
  );
});

test("cut anywhere and resumed with a later snapshot, the state is the same as if never cut", () => {
  fc.assert(
    fc.property(steps, fc.array(fc.tuple(fc.nat(), fc.nat()), { maxLength: 4 }), (all, cuts) => {
      const { log, snapshots } = ran(all);
      const lengths = snapshots.map(({ data }) => Number(data.session.lastEventId.slice(-10)));
      const frames: StreamFrame[] = [];
      let place = 0;
      for (const [ahead, pick] of cuts) {
        // Some events come through, then the line is cut; the server has gone on meanwhile.
        const cut = place + (ahead % (log.length - place + 1));
        frames.push(...log.slice(place, cut));
        place = cut;
        const later = snapshots.filter((_, index) => (lengths[index] ?? 0) >= cut);
        frames.push(the(later[pick % later.length]));
      }
      frames.push(...log.slice(place));
      expect(essence(fold(emptyState, frames))).toEqual(essence(fold(emptyState, log)));
    }),
    { numRuns: 300 },
  );
});

test("from the snapshot on the present is the server's, also while the history is still coming", () => {
  fc.assert(
    fc.property(steps, fc.nat(), fc.nat(), (all, ahead, pick) => {
      const { log, snapshots } = ran(all);
      const cut = ahead % (log.length + 1);
      const later = snapshots.filter(({ data }) => Number(data.session.lastEventId.slice(-10)) >= cut);
      const from = pick % later.length;
      let state = fold(emptyState, [...log.slice(0, cut), the(later[from])]);
      const told = new Map(
        later.slice(from).map((snapshot) => [snapshot.data.session.lastEventId, snapshot]),
      );
      const replayed = the(later[from]).data.session.lastEventId;
      const seen = [presentOf(state)];
      const expected = [presentIn(the(later[from]))];
      for (const event of log.slice(cut)) {
        state = reduce(state, event);
        const now = event.id <= replayed ? later[from] : told.get(event.id);
        if (now === undefined) continue; // Between two steps the server shows nothing.
        seen.push(presentOf(state));
        expected.push(presentIn(now));
      }
      expect(seen).toEqual(expected);
    }),
    { numRuns: 300 },
  );
});

test("events that come twice or late change nothing", () => {
  fc.assert(
    fc.property(steps, fc.nat(), (all, pick) => {
      const { log } = ran(all);
      const state = fold(emptyState, log);
      expect(reduce(state, the(log[pick % log.length]))).toBe(state);
    }),
  );
});

test("deltas whose message is final may be pruned without a difference", () => {
  fc.assert(
    fc.property(steps, (all) => {
      const { log } = ran([...all, step("end")]);
      const finals = new Set(
        log.flatMap((event) => (event.type === "message.final" ? [event.data.message.id] : [])),
      );
      const done = new Set(
        log.flatMap((event) => (event.type === "tool.result" ? [event.data.toolCallId] : [])),
      );
      const pruned = log.filter((event) => {
        if (event.type === "token" || event.type === "reasoning") return !finals.has(event.data.messageId);
        return event.type !== "tool.output" || !done.has(event.data.toolCallId);
      });
      expect(essence(fold(emptyState, pruned))).toEqual(essence(fold(emptyState, log)));
    }),
  );
});

test("a state is never changed in place", () => {
  const freeze = (value: unknown): void => {
    if (typeof value !== "object" || value === null || Object.isFrozen(value)) return;
    Object.freeze(value);
    Object.values(value).forEach(freeze);
  };
  fc.assert(
    fc.property(steps, (all) => {
      const { log, snapshots } = ran(all);
      const frames = [...log.slice(0, 3), ...snapshots.slice(-1), ...log.slice(3)];
      const folding = () =>
        frames.reduce((state: SessionState, frame) => {
          freeze(state);
          return reduce(state, frame);
        }, emptyState);
      expect(folding).not.toThrow();
    }),
  );
});

test("with `latest` the snapshot alone tells the present, and what follows builds on it", () => {
  const { log, snapshots } = ran([
    step("send"),
    step("begin"),
    step("say"),
    step("speak", 1, "Hel"),
    step("speak", 1, "lo"),
  ]);
  const cut = the(snapshots.at(-2));
  const state = fold(emptyState, [cut, ...log.filter(({ id }) => id > cut.data.session.lastEventId)]);
  expect(state.streaming?.text).toBe("Hello");
  expect(state.session?.status).toBe("running");
});

test("a message that begins again is void, and a delta of an unknown one is not shown", () => {
  const { log } = ran([
    step("send"),
    step("begin"),
    step("say"),
    step("speak", 1, "old"),
    step("say", 0),
    step("speak", 1, "new"),
  ]);
  expect(fold(emptyState, log).streaming?.text).toBe("new");
  const token = the(log.at(-1));
  expect(reduce(emptyState, token).streaming).toBeNull();
});

test("after a gap the past is unknown, the present is not, and the loaded history mends it", () => {
  const { log, snapshots, messages } = ran([
    step("send"),
    step("begin"),
    step("answer", 2),
    step("result"),
    step("result"),
    step("send"),
  ]);
  const whole = fold(emptyState, log);
  const snapshot = the(snapshots.at(-1));
  const gap = { type: "gap", sessionId, data: { reason: "pruned", firstId: eventIdOf(log.length) } } as const;
  const cut = fold(fold(emptyState, log.slice(0, 6)), [snapshot, gap, ...log.slice(-1)]);
  expect(cut.messages).toEqual([]);
  expect(cut.gap).toEqual(gap.data);
  expect(cut.queue).toEqual(whole.queue);
  expect(cut.session?.status).toBe("running");
  const mended = reduce(cut, { type: "history", sessionId, messages: [...messages, ...whole.queue] });
  expect(allMessages(mended)).toEqual(allMessages(whole));
  expect(Object.values(mended.toolCalls).map(({ state }) => state)).toEqual(
    Object.values(whole.toolCalls).map(({ state }) => state),
  );
  expect(mended.gap).toBeNull();
});

test("live output is bounded and goes with the result", () => {
  const model = ran([step("send"), step("begin"), step("answer", 1)]);
  const flood = Array.from({ length: 50 }, () => step("output", 1, "x".repeat(10_000)));
  model.run(flood);
  const state = fold(emptyState, model.log);
  const [live] = Object.values(state.liveOutput);
  expect(live?.stdout.length).toBeGreaterThanOrEqual(64 * 1024);
  expect(live?.stdout.length).toBeLessThanOrEqual(128 * 1024);
  model.run([step("result", 0)]);
  expect(fold(emptyState, model.log).liveOutput).toEqual({});
});

test("a token costs the same in a long conversation as in a short one", async () => {
  const tokenMs = async (turns: number) => {
    const model = ran(
      Array.from({ length: turns }, () => [
        step("send"),
        step("begin"),
        step("answer", 0),
        step("end"),
      ]).flat(),
    );
    const before = model.log.length;
    model.run([step("send"), step("begin"), step("say")]);
    model.run(Array.from({ length: 2000 }, () => step("speak", 1, "word ")));
    const start = fold(emptyState, model.log.slice(0, before + 8));
    const rest = model.log.slice(before + 8);
    const times: number[] = [];
    for (let round = 0; round < 5; round++) times.push(await cpuMsOf(() => fold(start, rest)));
    return Math.min(...times) / rest.length;
  };
  const [short, long] = [await tokenMs(2), await tokenMs(300)];
  expect(long).toBeLessThan(short * 5 + 0.005);
});
