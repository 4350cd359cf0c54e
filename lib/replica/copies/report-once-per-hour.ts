export type ReportTrouble = (message: string, error: unknown) => void;

const quietMs = 3_600_000;

/** Reports the same error once an hour, however many files or rounds it affects. */
export function reportOncePerHour(report: ReportTrouble): ReportTrouble {
  const reportedAt = new Map<string, number>();
  return (message, error) => {
    const name = error instanceof Error ? error.message : String(error);
    if (performance.now() - (reportedAt.get(name) ?? -Infinity) < quietMs) return;
    if (reportedAt.size > 100) reportedAt.clear();
    reportedAt.set(name, performance.now());
    report(message, error);
  };
}
