import { type Alarm, alarmsOf, type HealthFacts } from "../operating/alarm.ts";
import { type Clock, timestamp } from "../ports/clock.ts";
import type { Storage } from "../ports/storage.ts";
import { readHealthFacts, type HealthFactsOptions } from "./health-facts.ts";

const everyMs = 10_000;

export interface Health {
  /** Why nobody can be served, in words for a person; null when all can. */
  trouble(): string | null;
  alarms(): Alarm[];
  /** As of the last look; undefined before the first. */
  vitals(): HealthFacts | undefined;
  /** Looks until `stop`. */
  start(): void;
  stop(): void;
}

export interface HealthOptions extends HealthFactsOptions {
  clock: Clock;
  storage: Pick<Storage, "sessions">;
  /** Hears once of each alarm that begins, and of its end. */
  report(message: string): void;
}

/** Looks every ten seconds whether a person is needed. */
export function watchHealth({ clock, storage, report, ...options }: HealthOptions): Health {
  const stopping = new AbortController();
  const startedAt = clock.elapsed();
  let vitals: HealthFacts | undefined;
  let alarms: Alarm[] = [];
  let missingSince: number | undefined;

  const note = (found: Omit<Alarm, "since">[]) => {
    const before = new Map(alarms.map((alarm) => [alarm.code, alarm]));
    for (const { code, detail } of found) if (!before.has(code)) report(`Alarm (${code}): ${detail}`);
    alarms = found.map((alarm) => ({
      ...alarm,
      since: before.get(alarm.code)?.since ?? timestamp(clock.now()),
    }));
    const now = new Set(alarms.map(({ code }) => code));
    for (const code of before.keys()) if (!now.has(code)) report(`The alarm (${code}) is over.`);
  };
  const look = async () => {
    const { attachmentsMissing, ...read } = await readHealthFacts(options);
    missingSince = attachmentsMissing > 0 ? (missingSince ?? clock.elapsed()) : undefined;
    const attachmentsMissingMs = missingSince === undefined ? 0 : clock.elapsed() - missingSince;
    vitals = { ...read, attachmentsMissingMs, upMs: clock.elapsed() - startedAt };
    note(alarmsOf(vitals, clock.now()));
  };
  let isBlind = false;
  const watch = async () => {
    while (!stopping.signal.aborted) {
      const failure = await look().then(
        () => undefined,
        (error: unknown) => String(error),
      );
      if (failure !== undefined && !isBlind) report(`How the server is cannot be seen: ${failure}`);
      isBlind = failure !== undefined;
      await clock.sleep(everyMs, stopping.signal).catch(() => {});
    }
  };
  return {
    trouble: () => {
      try {
        storage.sessions.list({ limit: 1, archived: false });
        return null;
      } catch (error) {
        return `The databases cannot be read: ${error instanceof Error ? error.message : String(error)}`;
      }
    },
    alarms: () => alarms,
    vitals: () => vitals,
    start: () => void watch(),
    stop: () => stopping.abort(new Error("The server stops.")),
  };
}
