import { plainText } from "../../../ports/terminal-text.ts";

export interface CloneProgress {
  phase: string;
  /** 0 to 100; null when git does not know the total. */
  percent: number | null;
}

const leastGapMs = 250;

/** Reads the progress that git writes to stderr. Reports at most four times a second, and the start and end of each phase. */
export function createProgressReader(
  onProgress: (progress: CloneProgress) => void,
  now: () => number = () => performance.now(),
): (stderr: string) => void {
  let held = "";
  let phase = "";
  let at = -Infinity;
  return (stderr) => {
    const lines = (held + stderr).split(/[\r\n]/);
    held = (lines.pop() ?? "").slice(-1000);
    for (const line of lines) {
      const progress = readProgress(line);
      if (progress === undefined) continue;
      if (progress.phase === phase && progress.percent !== 100 && now() - at < leastGapMs) continue;
      phase = progress.phase;
      at = now();
      onProgress(progress);
    }
  };
}

function readProgress(line: string): CloneProgress | undefined {
  const match = /^(?:remote: )?([A-Z][A-Za-z ]{2,40}):\s+(?:(\d{1,3})%|\d+)/.exec(plainText(line));
  if (match?.[1] === undefined) return undefined;
  const percent = match[2] === undefined ? null : Math.min(100, Number(match[2]));
  return { phase: match[1], percent };
}
