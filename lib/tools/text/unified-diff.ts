import { formatBytes } from "./format-bytes.ts";

const charsMax = 64 * 1024;
const computeMs = 500;

export interface FileChange {
  /** Relative to the workspace. */
  path: string;
  /** Null when the file is new. */
  before: string | null;
  after: string;
}

/** A unified diff as git writes it, of at most 64 KiB. A last line says what was cut, or that the versions differ too much. */
export async function unifiedDiff({ path, before, after }: FileChange): Promise<string> {
  const { createTwoFilesPatch, FILE_HEADERS_ONLY } = await import("diff"); // Loaded at the first change, so that the server starts sooner.
  const from = before === null ? "/dev/null" : `a/${path}`;
  const patch = createTwoFilesPatch(from, `b/${path}`, before ?? "", after, undefined, undefined, {
    context: 3,
    timeout: computeMs,
    headerOptions: FILE_HEADERS_ONLY,
  });
  if (patch === undefined) return wholeReplaced(path, before ?? "", after);
  if (patch.length <= charsMax) return patch;
  const kept = patch.slice(0, patch.lastIndexOf("\n", charsMax) + 1);
  const left = patch.slice(kept.length).split("\n").length - 1;
  return `${kept}… ${left} more lines of this diff are not shown.\n`;
}

function wholeReplaced(path: string, before: string, after: string): string {
  const sizes = `${formatBytes(Buffer.byteLength(before))} before, ${formatBytes(Buffer.byteLength(after))} after`;
  return `--- a/${path}\n+++ b/${path}\n… The versions differ too much to compare (${sizes}).\n`;
}
