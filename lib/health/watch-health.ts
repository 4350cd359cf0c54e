import { type Alarm, alarmsOf, type HealthFacts } from "../operating/alarm.ts";
import { type Clock, timestamp } from "../ports/clock.ts";
import type { Storage } from "../ports/storage.ts";
import { readHealthFacts, type HealthFactsOptions } from "./health-facts.ts";

const checkEveryMs = 10_000;

export interface Health {
  /** Why no client can be served, as a sentence for a person; null when clients can be served. */
  trouble(): string | null;
  alarms(): Alarm[];
  /** As of the last check; undefined before the first. */
  facts(): HealthFacts | undefined;
  /** Checks every ten seconds until `stop`. */
  start(): void;
  stop(): void;
}

export interface HealthOptions extends HealthFactsOptions {
  clock: Clock;
  storage: Pick<Storage, "sessions">;
  /** Called once when an alarm begins and once when it ends. */
  report(message: string): void;
}

/** Checks regularly whether a person has to do something, and keeps the alarms that say what. */
export function watchHealth(options: HealthOptions): Health {
  const stopping = new AbortController();
  const startedAt = options.clock.elapsed();
  const state: HealthState = { startedAt, facts: undefined, alarms: [], missingSince: undefined };
  return {
    trouble: () => databaseTrouble(options.storage),
    alarms: () => state.alarms,
    facts: () => state.facts,
    start: () => void checkRegularly(options, state, stopping.signal),
    stop: () => stopping.abort(new Error("The server stops.")),
  };
}

interface HealthState {
  /** By `clock.elapsed`. */
  startedAt: number;
  facts: HealthFacts | undefined;
  alarms: Alarm[];
  /** When attachments began to be missing in the replica, by `clock.elapsed`; undefined while none are. */
  missingSince: number | undefined;
}

function databaseTrouble({ sessions }: HealthOptions["storage"]): string | null {
  try {
    sessions.list({ limit: 1, archived: false });
    return null;
  } catch (error) {
    return `The databases cannot be read: ${error instanceof Error ? error.message : String(error)}`;
  }
}

async function checkRegularly(
  options: HealthOptions,
  state: HealthState,
  stopping: AbortSignal,
): Promise<void> {
  let hasFailed = false;
  while (!stopping.aborted) {
    const failure = await check(options, state).then(
      () => undefined,
      (error: unknown) => String(error),
    );
    if (failure !== undefined && !hasFailed)
      options.report(`The health of the server cannot be checked: ${failure}`);
    hasFailed = failure !== undefined;
    await options.clock.sleep(checkEveryMs, stopping).catch(() => {});
  }
}

async function check(options: HealthOptions, state: HealthState): Promise<void> {
  const { clock } = options;
  const { attachmentsMissing, ...read } = await readHealthFacts(options);
  state.missingSince = attachmentsMissing > 0 ? (state.missingSince ?? clock.elapsed()) : undefined;
  const attachmentsMissingMs = state.missingSince === undefined ? 0 : clock.elapsed() - state.missingSince;
  state.facts = { ...read, attachmentsMissingMs, upMs: clock.elapsed() - state.startedAt };
  updateAlarms(options, state, alarmsOf(state.facts, clock.now()));
}

function updateAlarms(
  { clock, report }: HealthOptions,
  state: HealthState,
  found: Omit<Alarm, "since">[],
): void {
  const before = new Map(state.alarms.map((alarm) => [alarm.code, alarm]));
  for (const { code, detail } of found) if (!before.has(code)) report(`Alarm (${code}): ${detail}`);
  state.alarms = found.map((alarm) => ({
    ...alarm,
    since: before.get(alarm.code)?.since ?? timestamp(clock.now()),
  }));
  const now = new Set(found.map(({ code }) => code));
  for (const code of before.keys()) if (!now.has(code)) report(`The alarm (${code}) is over.`);
}
