import type { Schemas } from "../../packages/shared/src/schemas.ts";
import type { ReplicaFacts } from "./replica.ts";

export type Alarm = Schemas["Alarm"];

/** Measurements that decide which alarms ring. */
export interface HealthFacts {
  /** On the disk of the data folder. */
  diskFreeBytes: number;
  /** Size of the largest write-ahead log of the databases. */
  walBytes: number;
  /** Since the server started. */
  upMs: number;
  /** Undefined without a replica. */
  replica: ReplicaFacts | undefined;
  sandbox: Schemas["Sandbox"];
  /** How long there have been files whose bytes are only on this disk; 0 when there are none. */
  attachmentsMissingMs: number;
}

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const MiB = 1024 * 1024;

/** Limits above (for free bytes: below) which an alarm rings. They are checked every ten seconds. */
export const alarmThresholds = {
  lagMs: 30 * second,
  /** Two hourly copies in a row failed. */
  copyAgeMs: 2 * hour,
  /** Enough to upload even a large file over a slow connection. */
  attachmentsMissingMs: 30 * minute,
  /** The drill runs daily; two more hours to try again. */
  drillAgeMs: 26 * hour,
  /** After a start, a copy or a drill that is overdue gets this long before its alarm rings. */
  settleMs: 30 * minute,
  /** A single clone, build or copy of the databases can need this much. */
  diskFreeBytes: 512 * MiB,
  /** Four times the size to which SQLite truncates it after a burst. */
  walBytes: 256 * MiB,
};

/** The alarms that ring now. Each detail says what is wrong and what to do. `now` is in milliseconds since the epoch. */
export function alarmsOf(facts: HealthFacts, now: number): Omit<Alarm, "since">[] {
  const { diskFreeBytes, walBytes, replica, sandbox } = facts;
  const alarms: Omit<Alarm, "since">[] = replica === undefined ? [] : replicaAlarms(replica, facts, now);
  if (diskFreeBytes < alarmThresholds.diskFreeBytes)
    alarms.push({
      code: "disk",
      detail: `Only ${mebibytes(diskFreeBytes)} are free on the disk of the data folder. When it is full, the server accepts nothing more. Delete sessions and workspaces, or enlarge the disk.`,
    });
  if (walBytes > alarmThresholds.walBytes)
    alarms.push({
      code: "wal",
      detail: `The write-ahead log of a database has grown to ${mebibytes(walBytes)} because another program keeps the database open for reading. Close that program, or restart the server.`,
    });
  if (sandbox.state === "refused" || sandbox.state === "off")
    alarms.push({ code: "sandbox", detail: `${sandbox.reason} ${sandbox.fix}` });
  return alarms;
}

function replicaAlarms(replica: ReplicaFacts, facts: HealthFacts, now: number): Omit<Alarm, "since">[] {
  const { replicator, copiedAt, drill } = replica;
  const alarms: Omit<Alarm, "since">[] = [];
  const startedAt = now - facts.upMs;
  const isSettled = facts.upMs > alarmThresholds.settleMs;
  if (replicator !== undefined && replicator.lagMs > alarmThresholds.lagMs)
    alarms.push({ code: "replication", detail: lagSentence(replicator) });
  if (isSettled && now - (copiedAt ?? startedAt) > alarmThresholds.copyAgeMs)
    alarms.push({
      code: "copies",
      detail: `${lastSentence("complete copy of the databases", now, copiedAt)} A copy is due each hour; the log of the server says why there is none.`,
    });
  if (facts.attachmentsMissingMs > alarmThresholds.attachmentsMissingMs)
    alarms.push({
      code: "attachments",
      detail: `For ${duration(facts.attachmentsMissingMs)} there have been files whose bytes are only on this disk. The log of the server says why they are not copied to the replica.`,
    });
  const lastGoodAt = drill?.lastGoodAt ? Date.parse(drill.lastGoodAt) : undefined;
  if (drill !== undefined && drill.breaches.length > 0)
    alarms.push({ code: "drill", detail: `The last restore drill failed: ${drill.breaches.join(" ")}` });
  else if (isSettled && now - (lastGoodAt ?? startedAt) > alarmThresholds.drillAgeMs)
    alarms.push({
      code: "drill",
      detail: `${lastSentence("restore drill that passed", now, lastGoodAt)} Run deploy/restore-drill.sh and read its output.`,
    });
  return alarms;
}

function lagSentence({ lagMs, isSilent }: { lagMs: number; isSilent: boolean }): string {
  return isSilent
    ? `The replicator has not answered for ${duration(lagMs)}. What is written now would be lost with this disk. If it does not come back, restart deploy/start.sh.`
    : `Writes have been waiting for ${duration(lagMs)} to reach the replica. They would be lost with this disk. Check that the bucket answers and accepts its keys.`;
}

function lastSentence(what: string, now: number, at: number | undefined): string {
  return at === undefined
    ? `There has been no ${what} since the server started.`
    : `The last ${what} is ${duration(now - at)} old.`;
}

function duration(ms: number): string {
  if (ms < 2 * minute) return `${Math.round(ms / second)} s`;
  return ms < 2 * hour ? `${Math.round(ms / minute)} min` : `${Math.round(ms / hour)} h`;
}

function mebibytes(bytes: number): string {
  return `${Math.round(bytes / MiB)} MiB`;
}
