import { expect, test } from "vitest";
import { createBacklog } from "../src/watch/backlog.ts";
import { resultFrom } from "../src/commands/answer.ts";
import { sessionTable } from "../src/commands/ls.ts";
import { alarmLines } from "../src/render/alarms.ts";
import { pick } from "../src/ids.ts";
import { createInbox } from "../src/watch/inbox.ts";
import { answerFrom } from "../src/questions.ts";
import { age, cost, count, duration } from "../src/render/text/amounts.ts";
import { createStyle } from "../src/render/style.ts";
import { subjectOf } from "../src/render/subject.ts";
import { clip, fit, widthOf } from "../src/render/text/width.ts";
import { createSituation } from "../src/watch/situation.ts";
import { closest } from "../src/suggest.ts";
import { hasColour } from "../src/terminal/terminal.ts";
import { action, ids, session, snapshot, story, task } from "./session-story.ts";

const choices = [
  { id: "ses_01aaaaaa01", label: "one" },
  { id: "ses_01aaaaaa02", label: "two" },
  { id: "ses_02bbbbbb01", label: "three" },
];

test("an id may be cut to an end or a beginning that is unique", () => {
  expect(pick("session", "aa02", choices)).toBe("ses_01aaaaaa02");
  expect(pick("session", "SES_02", choices)).toBe("ses_02bbbbbb01");
  expect(pick("session", "02bb", choices)).toBe("ses_02bbbbbb01");
});

test("an id that fits none, several or nothing is refused with what there is", () => {
  expect(() => pick("session", "zzz", choices)).toThrow('No session has an id like "zzz".');
  expect(() => pick("session", "01aa", choices)).toThrow(
    /"01aa" fits 2 sessions: aaaa01 \(one\), aaaa02 \(two\)/,
  );
  expect(() => pick("session", "", choices)).toThrow(/No session/);
});

test("a mistyped word finds its command, a strange one none", () => {
  expect(closest("atach", ["attach", "answer"])).toBe("attach");
  expect(closest("rnu", ["run", "ls"])).toBe("run");
  expect(closest("can", ["cancel"])).toBe("cancel");
  expect(closest("deploy", ["run", "ls", "attach"])).toBeUndefined();
});

test("an answer is a number, a label or words", () => {
  const options = ["Postgres", "SQLite"].map((label) => ({ label, description: "" }));
  const one = { id: "db", header: "", question: "Which?", options, multiSelect: false };
  expect(answerFrom(one, "2")).toBe("SQLite");
  expect(answerFrom(one, "postgres")).toBe("Postgres");
  expect(answerFrom(one, "neither, 2 files")).toBe("neither, 2 files");
  expect(answerFrom({ ...one, multiSelect: true }, "1, 2")).toEqual(["Postgres", "SQLite"]);
  expect(answerFrom(one, "9")).toBe("9");
});

test("several questions want their names, one does not", () => {
  const ask = (id: string) => ({
    id,
    question: `${id}?`,
    header: id,
    options: [{ label: "A", description: "" }],
  });
  const both = action({ type: "question", input: { questions: [ask("x"), ask("y")] } });
  expect(resultFrom(both, ["x=1", "y=own=words"])).toEqual({ x: "A", y: "own=words" });
  expect(() => resultFrom(both, ["x=1"])).toThrow(/Give y=… to answer: y\? \(1 A\)/);
  const single = action({ type: "question", input: { questions: [ask("x")] } });
  expect(resultFrom(single, ["own", "words"])).toEqual({ x: "own words" });
  expect(() => resultFrom(single, [])).toThrow(/Give an answer to/);
});

test("amounts read as people write them", () => {
  expect([12, 3400, 125_000, 3_780_000].map(duration)).toEqual(["12 ms", "3.4 s", "2 min 5 s", "1 h 3 min"]);
  expect([840, 12_300, 1_200_000].map(count)).toEqual(["840", "12.3k", "1.2M"]);
  expect([0, 0.0031, 4.5].map(cost)).toEqual(["–", "$0.0031", "$4.50"]);
  const now = Date.parse("2026-11-22T12:00:00Z");
  expect(age("2026-11-22T11:15:00Z", now)).toBe("45 min");
  expect(age("2026-11-19T12:00:00Z", now)).toBe("3 d");
});

test("wide characters count two columns, marks none", () => {
  expect([widthOf("abc"), widthOf("中文"), widthOf("e\u0301")]).toEqual([3, 4, 1]);
  expect(clip("中文中文", 5)).toBe("中文…");
  expect(fit("ab", 4)).toBe("ab  ");
});

test("a subject is the command, the path, or what there is", () => {
  expect(subjectOf({ command: "a\nb\nc" })).toBe("a … (+2 lines)");
  expect(subjectOf({ file_path: "x.ts", edits: [] })).toBe("x.ts");
  expect(subjectOf({ odd: 1 })).toBe('{"odd":1}');
  expect(subjectOf({ todos: [{ status: "completed" }, { status: "in_progress", content: "Test" }] })).toBe(
    "1 of 2 done, now: Test",
  );
  expect(subjectOf({})).toBe("");
  expect(subjectOf("not json")).toBe("not json");
});

test("the table marks what waits and gives way to a narrow terminal", () => {
  const sessions = [session({ title: "A long title that will not fit here", status: "waiting" })];
  const now = Date.parse("2026-11-22T12:05:00Z");
  const how = { style: createStyle(false), width: 60, now, waiting: new Set([ids.session]) };
  expect(sessionTable(sessions, how)).toEqual([
    "  ID      TITLE       STATUS   MODEL            AGE     COST",
    "! 00aaaa  A long ti…  waiting  demo@scripted  5 min  $0.0031",
  ]);
});

test("a long history keeps its last lines and says what is left out", () => {
  let text = "";
  const backlog = createBacklog({
    write: (piece) => void (text += piece),
    linesMax: 2,
    note: (lines) => `… ${lines}`,
  });
  backlog.write("a\nb\n");
  backlog.write("c\n");
  expect(text).toBe("");
  backlog.release();
  backlog.write("live");
  expect(text).toBe("… 2\nc\nlive");
});

test("an inbox keeps order, times out, and holds a writer back until it is read", async () => {
  const inbox = createInbox<number>();
  expect(await inbox.take(5)).toBeUndefined();
  for (let item = 0; item < 64; item++) inbox.put(item);
  let hasRoom = false;
  const waiting = inbox.room().then(() => (hasRoom = true));
  await Promise.resolve();
  expect(hasRoom).toBe(false);
  expect(await inbox.take()).toBe(0);
  await waiting;
  expect(inbox.takeIf((item): item is number => item === 1)).toBe(1);
  expect(inbox.takeIf((item): item is number => item === 99)).toBeUndefined();
});

test("events a snapshot holds already do not ask again; later ones do", () => {
  const situation = createSituation();
  situation.apply(snapshot({ session: session({ lastEventId: "evt_0001_0000000002" }) }));
  const old = story([
    { type: "action.required", data: { action: action() } },
    { type: "task.updated", data: { task: task({ state: "completed" }) } },
  ]);
  for (const frame of old) situation.apply(frame);
  expect(situation.pending).toEqual([]);
  expect(situation.isLive).toBe(true);
  expect(situation.ended.has(ids.task)).toBe(true);
  for (const frame of story([{ type: "action.required", data: { action: action() } }], 3))
    situation.apply(frame);
  expect(situation.pending.map(({ id }) => id)).toEqual([ids.action]);
});

test("NO_COLOR and a pipe are respected, FORCE_COLOR wins over a pipe", () => {
  expect(hasColour({ isTTY: true }, {})).toBe(true);
  expect(hasColour({ isTTY: true }, { NO_COLOR: "1" })).toBe(false);
  expect(hasColour({ isTTY: false }, {})).toBe(false);
  expect(hasColour({}, { FORCE_COLOR: "1" })).toBe(true);
  expect(hasColour({ isTTY: true }, { TERM: "dumb" })).toBe(false);
});

test("an alarm of the host says what it is, since when, and what to do; its words cannot move the cursor", () => {
  const now = Date.parse("2026-11-22T12:10:00.000Z");
  const how = { style: createStyle(false), now };
  const alarm = {
    code: "disk",
    since: "2026-11-22T12:05:00.000Z",
    detail: "Enlarge\u001b[2J the disk.",
  } as const;
  expect(alarmLines([alarm, { ...alarm, since: "2026-11-22T12:09:59.000Z" }], how)).toEqual([
    "✗ disk for 5 min  Enlarge the disk.",
    "✗ disk for a moment  Enlarge the disk.",
  ]);
  expect(alarmLines([], how)).toEqual([]);
});
