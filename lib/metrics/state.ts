import { Gauge, type Registry } from "prom-client";
import type { Alarm, HealthFacts } from "../operating/alarm.ts";
import type { Clock } from "../ports/clock.ts";
import type { ReplicaFacts } from "../operating/replica.ts";

/** Every alarm has a value from the start, so that a rule for an alarm that never rang finds its metric. */
const noAlarms: Record<Alarm["code"], 0> = {
  replication: 0,
  copies: 0,
  attachments: 0,
  drill: 0,
  disk: 0,
  wal: 0,
  sandbox: 0,
};

export function registerAlarms({ alarms }: { alarms(): Alarm[] }, registry: Registry): void {
  new Gauge({
    name: "talkcody_alarm",
    help: "1 while a person has to act; GET /v1/server says what to do.",
    labelNames: ["alarm"],
    registers: [registry],
    collect() {
      for (const [alarm, value] of Object.entries(noAlarms)) this.set({ alarm }, value);
      for (const { code } of alarms()) this.set({ alarm: code }, 1);
    },
  });
}

interface HealthSource {
  facts(): HealthFacts | undefined;
}

export function registerDisk({ facts }: HealthSource, registry: Registry): void {
  registerOptionalGauge(
    registry,
    "talkcody_disk_free_bytes",
    "Free bytes on the disk of the data folder.",
    () => facts()?.diskFreeBytes,
  );
  registerOptionalGauge(
    registry,
    "talkcody_wal_bytes",
    "Size of the largest write-ahead log of the databases.",
    () => facts()?.walBytes,
  );
}

/** Without a replica none of these metrics has a value. */
export function registerReplica({ facts }: HealthSource, clock: Clock, registry: Registry): void {
  const known = <T>(read: (replica: ReplicaFacts) => T | undefined) => {
    const replica = facts()?.replica;
    return replica && read(replica);
  };
  const ageOf = (at: number | undefined) => (at === undefined ? undefined : (clock.now() - at) / 1000);
  const register = (name: string, help: string, read: (replica: ReplicaFacts) => number | undefined) =>
    registerOptionalGauge(registry, name, help, () => known(read));
  register(
    "talkcody_replication_lag_seconds",
    "How long the oldest write has waited that is not in the replica yet.",
    ({ replicator }) => replicator && replicator.lagMs / 1000,
  );
  register("talkcody_copy_age_seconds", "Age of the newest complete copy of the databases.", ({ copiedAt }) =>
    ageOf(copiedAt),
  );
  register(
    "talkcody_attachments_unreplicated",
    "Files whose bytes are only on this disk.",
    (replica) => replica.attachmentsMissing,
  );
  register("talkcody_drill_age_seconds", "Time since the last restore drill that passed.", ({ drill }) =>
    ageOf(drill?.lastGoodAt ? Date.parse(drill.lastGoodAt) : undefined),
  );
  register(
    "talkcody_drill_recovery_point_seconds",
    "How much the last restore drill would have lost.",
    ({ drill }) => drill?.recoveryPointSeconds ?? undefined,
  );
}

/** A gauge that has no value while `read` returns undefined. */
function registerOptionalGauge(
  registry: Registry,
  name: string,
  help: string,
  read: () => number | undefined,
): void {
  new Gauge({
    name,
    help,
    registers: [registry],
    collect() {
      const value = read();
      this.remove();
      if (value !== undefined) this.set(value);
    },
  });
}
