import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { zstdDecompressSync } from "node:zlib";
import Sqlite from "better-sqlite3";
import { expect, onTestFinished, test } from "vitest";
import { systemClock, type Clock } from "../../../lib/ports/clock.ts";
import { copyFolder } from "../../../lib/replica/copies/copy-key.ts";
import { expiredCopies } from "../../../lib/replica/copies/retention.ts";
import { converse } from "../../support/conversation.ts";
import { startTestServer, type TestServer } from "../../support/server/server.ts";
import { until } from "../../support/until.ts";
import { tempFolder } from "../storage/temp-storage.ts";

const hour = 3_600_000;
const names = ["agents.db.zst", "chat_history.db.zst", "complete", "settings.db.zst"];

/** An hour of its sleep is `hourMs`, and its time can be set. */
function quickClock(hourMs = 200): Clock & { passBy(ms: number): void } {
  let passed = 0;
  return {
    now: () => Date.now() + passed,
    elapsed: systemClock.elapsed,
    sleep: (ms, signal) => systemClock.sleep(Math.min(ms, (ms / hour) * hourMs), signal),
    passBy: (ms) => void (passed += ms),
  };
}

async function replicated(clock: Clock = quickClock()): Promise<{ server: TestServer; copies: string }> {
  const replica = tempFolder();
  const server = await startTestServer({ env: { TALKCODY_REPLICA_URL: `file://${replica}` }, clock });
  onTestFinished(() => server.stop());
  return { server, copies: join(replica, "copies") };
}

function complete(copies: string): string[] {
  if (!existsSync(copies)) return [];
  return readdirSync(copies).filter((copy) => existsSync(join(copies, copy, "complete")));
}

function copied(copies: string, count: number): Promise<string[]> {
  return until(`${count} copies are whole`, () => complete(copies).length >= count && complete(copies));
}

test("each hour there is a whole copy of the three databases, each in one file that opens by itself", async () => {
  const clock = quickClock();
  const { server, copies } = await replicated(clock);
  const title = (await server.call("createSession", { body: { title: "Worth a copy" } })).body.title;
  await copied(copies, 1); // Begun with the server, perhaps before there was a session.
  clock.passBy(hour);
  const both = await copied(copies, 2);
  expect(both.length).toBe(2);
  const last = both.toSorted().at(-1) ?? "";
  expect(readdirSync(join(copies, last)).toSorted()).toEqual(names);
  const path = join(tempFolder(), "copy.db");
  writeFileSync(path, zstdDecompressSync(readFileSync(join(copies, last, "chat_history.db.zst"))));
  const copy = new Sqlite(path);
  onTestFinished(() => void copy.close());
  expect(copy.pragma("integrity_check", { simple: true })).toBe("ok");
  expect(copy.prepare("SELECT title FROM sessions").pluck().all()).toEqual([title]);
  expect(readdirSync(server.dataDir)).not.toContain("copying");
});

test("a server that starts again within the hour makes no second copy, and one that starts later does", async () => {
  const clock = quickClock();
  const { server, copies } = await replicated(clock);
  await copied(copies, 1);
  await server.restart();
  await new Promise((resolve) => setTimeout(resolve, 300)); // An hour and a half of its sleep.
  expect(complete(copies)).toHaveLength(1);
  clock.passBy(hour);
  await copied(copies, 2);
});

test("what a kill left of a copy does not count, and goes; so does what is too old", async () => {
  const clock = quickClock();
  const { server, copies } = await replicated(clock);
  await copied(copies, 1);
  const old = new Date(clock.now() - 20 * 24 * hour).toISOString().slice(0, 10);
  const halves = [
    `${old}T10-00-00Z`,
    new Date(clock.now() + 1000).toISOString().slice(0, 19).replaceAll(":", "-") + "Z",
  ];
  for (const half of halves) {
    mkdirSync(join(copies, half));
    writeFileSync(join(copies, half, "chat_history.db.zst"), "half");
  }
  clock.passBy(7 * hour);
  await copied(copies, 2);
  await until("the halves are gone", () =>
    halves.every((half) => !existsSync(join(copies, half, "chat_history.db.zst"))),
  );
  expect(complete(copies)).toHaveLength(2);
  expect((await server.call("getServer")).status).toBe(200);
});

test("a damaged database makes no copy that counts, and the one of before stays", async () => {
  const clock = quickClock();
  const { server, copies } = await replicated(clock);
  const [first = ""] = await copied(copies, 1);
  const agents = new Sqlite(join(server.dataDir, "agents.db"));
  agents.unsafeMode(true);
  agents.pragma("writable_schema = ON");
  agents.exec("UPDATE sqlite_schema SET rootpage = 9999 WHERE name = 'requests_by_age'");
  agents.close();
  clock.passBy(hour);
  await until("two more were tried", () => readdirSync(copies).length >= 3);
  expect(complete(copies)).toEqual([first]);
});

test("sessions go on from the copies alone", async () => {
  const clock = quickClock();
  const { server, copies } = await replicated(clock);
  const { sessionId } = await converse(server, []);
  clock.passBy(hour);
  const folder = basename(copyFolder(clock.now()));
  const later = await until("a copy has the session", () => complete(copies).find((copy) => copy >= folder));
  const dataDir = tempFolder();
  for (const name of ["chat_history", "agents", "settings"])
    writeFileSync(
      join(dataDir, `${name}.db`),
      zstdDecompressSync(readFileSync(join(copies, later, `${name}.db.zst`))),
    );
  const second = await startTestServer({ env: { TALKCODY_DATA_DIR: dataDir } });
  onTestFinished(() => second.stop());
  expect((await second.call("getSession", { params: { sessionId } })).status).toBe(200);
  const { status } = await second.call("sendMessage", { params: { sessionId }, body: { content: "Go on" } });
  expect(status).toBe(202);
});

test("48 hours of hourly copies are kept, and of 14 days one each; the newest however old it is", () => {
  const now = Date.parse("2026-11-22T12:30:00Z");
  const hourly = Array.from({ length: 24 * 30 }, (_, index) => ({
    at: now - index * hour,
    isComplete: true,
  }));
  const gone = new Set(expiredCopies(hourly, now));
  const kept = hourly.filter((copy) => !gone.has(copy));
  expect(kept.filter(({ at }) => now - at <= 48 * hour)).toHaveLength(49);
  const days = kept
    .filter(({ at }) => now - at > 48 * hour)
    .map(({ at }) => new Date(at).toISOString().slice(0, 10));
  expect(days).toEqual([...new Set(days)]);
  expect([days[0], days.at(-1), days.length]).toEqual(["2026-11-20", "2026-11-08", 13]);
  expect(expiredCopies([{ at: now - 400 * 24 * hour, isComplete: true }], now)).toEqual([]);
  expect(
    expiredCopies(
      [
        { at: now - hour, isComplete: false },
        { at: now - 7 * hour, isComplete: false },
      ],
      now,
    ),
  ).toEqual([{ at: now - 7 * hour, isComplete: false }]);
  const twins = [now - 60_000, now - 120_000].map((at) => ({ at, isComplete: true }));
  expect(expiredCopies(twins, now)).toEqual([twins[1]]);
});
