import { Gauge, type Registry } from "prom-client";
import type { Alarm, HealthFacts } from "../operating/alarm.ts";
import type { Clock } from "../ports/clock.ts";
import type { ReplicaFacts } from "../operating/replica.ts";

/** Each of them stands there, so that a rule for one that never rang finds it. */
const silent: Record<Alarm["code"], 0> = {
  replication: 0,
  copies: 0,
  attachments: 0,
  drill: 0,
  disk: 0,
  wal: 0,
};

export function describeAlarms({ alarms }: { alarms(): Alarm[] }, registry: Registry): void {
  new Gauge({
    name: "talkcody_alarm",
    help: "1 while a person should look after it; GET /v1/server says what to do.",
    labelNames: ["alarm"],
    registers: [registry],
    collect() {
      for (const [alarm, value] of Object.entries(silent)) this.set({ alarm }, value);
      for (const { code } of alarms()) this.set({ alarm: code }, 1);
    },
  });
}

interface Watched {
  vitals(): HealthFacts | undefined;
}

export function describeDisk({ vitals }: Watched, registry: Registry): void {
  state(
    registry,
    "talkcody_disk_free_bytes",
    "Free on the disk of the data folder.",
    () => vitals()?.diskFreeBytes,
  );
  state(
    registry,
    "talkcody_wal_bytes",
    "The largest write-ahead log of the databases.",
    () => vitals()?.walBytes,
  );
}

/** Nothing of it stands there without a replica. */
export function describeReplica({ vitals }: Watched, clock: Clock, registry: Registry): void {
  const known = <T>(read: (replica: ReplicaFacts) => T | undefined) => {
    const replica = vitals()?.replica;
    return replica && read(replica);
  };
  const ageOf = (at: number | undefined) => (at === undefined ? undefined : (clock.now() - at) / 1000);
  const tell = (name: string, help: string, read: (replica: ReplicaFacts) => number | undefined) =>
    state(registry, name, help, () => known(read));
  tell(
    "talkcody_replication_lag_seconds",
    "For how long the oldest write waits that is not in the replica.",
    ({ replicator }) => replicator && replicator.lagMs / 1000,
  );
  tell("talkcody_copy_age_seconds", "Since the newest whole copy of the databases.", ({ copiedAt }) =>
    ageOf(copiedAt),
  );
  tell(
    "talkcody_attachments_unreplicated",
    "Files whose bytes are on this disk alone.",
    (replica) => replica.attachmentsMissing,
  );
  tell("talkcody_drill_age_seconds", "Since the last restore drill that passed.", ({ drill }) =>
    ageOf(drill?.lastGoodAt ? Date.parse(drill.lastGoodAt) : undefined),
  );
  tell(
    "talkcody_drill_recovery_point_seconds",
    "What the last restore drill would have lost.",
    ({ drill }) => drill?.recoveryPointSeconds ?? undefined,
  );
}

/** A gauge that is not there while nothing is known. */
function state(registry: Registry, name: string, help: string, read: () => number | undefined): void {
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
