import { join } from "node:path";
import type { Config } from "../lib/config/config.ts";
import { watchHealth } from "../lib/health/index.ts";
import { openMetrics } from "../lib/metrics/index.ts";
import type { RunProgramFile } from "../lib/operating/replica.ts";
import type { Clock } from "../lib/ports/clock.ts";
import type { Sandbox } from "../lib/ports/sandbox.ts";
import type { Masking } from "../lib/ports/masking.ts";
import type { Storage } from "../lib/ports/storage.ts";
import { openReplication } from "../lib/replica/index.ts";
import { createDatabaseCopier } from "../lib/storage/copying/database-copier.ts";
import { openTracing } from "../lib/tracing/index.ts";
import { replicaSecrets } from "./own-secrets.ts";

export interface ObserverOptions {
  version: string;
  clock: Clock;
  storage: Storage;
  sandbox: Pick<Sandbox, "report">;
  /** Runs a program of this repository in a process of its own. */
  run: RunProgramFile;
  masking: Masking;
  reportFault(message: string, cause: unknown): void;
}

export type Observers = Awaited<ReturnType<typeof openObservers>>;

/** Opens what copies, watches and measures the server. */
export async function openObservers(config: Readonly<Config>, options: ObserverOptions) {
  const { version, clock, masking, storage, sandbox, run, reportFault } = options;
  const copyDatabase = createDatabaseCopier({ ...config, run });
  const drill = join(import.meta.dirname, "../deploy/restore-drill.ts");
  const replication = await openReplication(config, {
    copyDatabase,
    run,
    drill,
    storage,
    clock,
    onKeys: (credentials) => masking.learn(replicaSecrets(credentials)),
    reportFault,
  });
  const replica = () => replication?.facts();
  const report = (message: string) => reportFault(message, undefined);
  const health = watchHealth({ ...config, clock, storage, replica, sandbox: sandbox.report, report });
  const metrics = await openMetrics(config, { version, clock, storage, health });
  const tracer = await openTracing(config, { version, clock, storage, report });
  return { health, metrics, replication, tracer };
}
