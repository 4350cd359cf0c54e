import type { Schemas } from "../../packages/shared/src/schemas.ts";
import type { ReplicaFacts } from "./replica.ts";

export type Alarm = Schemas["Alarm"];

/** What tells whether a person is needed. */
export interface HealthFacts {
  /** Of the data folder. */
  diskFreeBytes: number;
  /** The largest write-ahead log of the databases. */
  walBytes: number;
  /** Since the server started. */
  upMs: number;
  /** Undefined without a replica. */
  replica: ReplicaFacts | undefined;
  /** For how long there have been files on this disk alone; 0 when there are none. */
  attachmentsMissingMs: number;
}

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const MiB = 1024 * 1024;

/** When a person is told, which is within a minute: the watch looks every ten seconds. */
export const alarmThresholds = {
  lagMs: 30 * second,
  /** Two of the hourly ones failed. */
  copyAgeMs: 2 * hour,
  /** Even a large file on a slow line is there by then. */
  attachmentsMissingMs: 30 * minute,
  /** The daily one, and two hours to try it again. */
  drillAgeMs: 26 * hour,
  /** What is due after a long rest is done soon after a start. */
  settleMs: 30 * minute,
  /** A clone, a build or a whole copy of the databases takes more than that in one go. */
  diskFreeBytes: 512 * MiB,
  /** Four times what SQLite keeps of it after a burst. */
  walBytes: 256 * MiB,
};

/** What a person should look after now, one sentence each and what to do. `now` in milliseconds since the epoch. */
export function alarmsOf(vitals: HealthFacts, now: number): Omit<Alarm, "since">[] {
  const { diskFreeBytes, walBytes, replica } = vitals;
  const alarms: Omit<Alarm, "since">[] = replica === undefined ? [] : replicaAlarms(replica, vitals, now);
  if (diskFreeBytes < alarmThresholds.diskFreeBytes)
    alarms.push({
      code: "disk",
      detail: `${mebibytes(diskFreeBytes)} are free on the disk of the data folder; when it is full nothing more is taken. Delete sessions and workspaces, or enlarge the disk.`,
    });
  if (walBytes > alarmThresholds.walBytes)
    alarms.push({
      code: "wal",
      detail: `The write-ahead log of a database has ${mebibytes(walBytes)} and does not shrink: another program reads the database and holds it. Close it, or restart the server.`,
    });
  return alarms;
}

function replicaAlarms(replica: ReplicaFacts, vitals: HealthFacts, now: number): Omit<Alarm, "since">[] {
  const { replicator, copiedAt, drill } = replica;
  const alarms: Omit<Alarm, "since">[] = [];
  const startedAt = now - vitals.upMs;
  const isSettled = vitals.upMs > alarmThresholds.settleMs;
  if (replicator !== undefined && replicator.lagMs > alarmThresholds.lagMs)
    alarms.push({ code: "replication", detail: lagSentence(replicator) });
  if (isSettled && now - (copiedAt ?? startedAt) > alarmThresholds.copyAgeMs)
    alarms.push({
      code: "copies",
      detail: `${lastSentence("whole copy of the databases", now, copiedAt)} There should be one each hour; the log of the server says why.`,
    });
  if (vitals.attachmentsMissingMs > alarmThresholds.attachmentsMissingMs)
    alarms.push({
      code: "attachments",
      detail: `Files have been on this disk alone for ${spanOf(vitals.attachmentsMissingMs)}. The log of the server says why the replica does not take them.`,
    });
  const lastGoodAt = drill?.lastGoodAt ? Date.parse(drill.lastGoodAt) : undefined;
  if (drill !== undefined && drill.breaches.length > 0)
    alarms.push({ code: "drill", detail: `The last restore drill failed: ${drill.breaches.join(" ")}` });
  else if (isSettled && now - (lastGoodAt ?? startedAt) > alarmThresholds.drillAgeMs)
    alarms.push({
      code: "drill",
      detail: `${lastSentence("restore drill that passed", now, lastGoodAt)} Hold one with deploy/restore-drill.sh, and read what it says.`,
    });
  return alarms;
}

function lagSentence({ lagMs, isSilent }: { lagMs: number; isSilent: boolean }): string {
  return isSilent
    ? `The replicator has not answered for ${spanOf(lagMs)}; what is written now would be lost with this disk. Restart deploy/start.sh if it does not come back.`
    : `Writes wait for ${spanOf(lagMs)} to get into the replica; they would be lost with this disk. See whether the bucket answers and takes its keys.`;
}

function lastSentence(what: string, now: number, at: number | undefined): string {
  return at === undefined
    ? `There was no ${what} since the server started.`
    : `The last ${what} is ${spanOf(now - at)} old.`;
}

function spanOf(ms: number): string {
  if (ms < 2 * minute) return `${Math.round(ms / second)} s`;
  return ms < 2 * hour ? `${Math.round(ms / minute)} min` : `${Math.round(ms / hour)} h`;
}

function mebibytes(bytes: number): string {
  return `${Math.round(bytes / MiB)} MiB`;
}
