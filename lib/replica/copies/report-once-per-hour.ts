export type ReportTrouble = (message: string, error: unknown) => void;

const quietMs = 3_600_000;

/** The same trouble of many files, or of many rounds, is told once an hour. */
export function reportOncePerHour(report: ReportTrouble): ReportTrouble {
  const toldAt = new Map<string, number>();
  return (message, error) => {
    const name = error instanceof Error ? error.message : String(error);
    if (performance.now() - (toldAt.get(name) ?? -Infinity) < quietMs) return;
    if (toldAt.size > 100) toldAt.clear();
    toldAt.set(name, performance.now());
    report(message, error);
  };
}
