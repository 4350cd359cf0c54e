import type { Stats } from "node:fs";
import { ToolFailure } from "../../tool.ts";

/** `fields.reason` of the ToolFailure: why a path was refused. */
export type Refusal = "outside" | "protected" | "not-found" | "not-a-file" | "too-large" | "full" | "failed";

export function refusal(reason: Refusal, message: string): ToolFailure {
  return new ToolFailure(message, { reason });
}

/**
 * The segments of a path, relative to the root; empty for the root itself. Does not look at the disk. `roots` are
 * absolute paths that all mean the root.
 */
export function segmentsOf(path: string, roots: readonly string[]): string[] {
  // oxlint-disable-next-line no-control-regex -- They are refused.
  if (/[\u0000-\u001f\u007f]/.test(path))
    throw refusal(
      "outside",
      "The path contains control characters. No file in the workspace has such a name.",
    );
  const segments: string[] = [];
  for (const segment of relativeTo(roots, path).split("/")) {
    if (segment === "..") {
      if (segments.pop() === undefined) throw outsideWorkspace(path);
    } else if (segment !== "" && segment !== ".") segments.push(segment);
  }
  segments.forEach(refuseProtected);
  return segments;
}

function relativeTo(roots: readonly string[], path: string): string {
  if (!path.startsWith("/")) return path;
  const root = roots.find((candidate) => path === candidate || path.startsWith(`${candidate}/`));
  if (root === undefined) throw outsideWorkspace(path);
  return path.slice(root.length);
}

export function outsideWorkspace(path: string): ToolFailure {
  return refusal("outside", `${path} leads outside of the workspace. Only paths inside it can be used.`);
}

/**
 * Throws for `.git` under every name that some file system takes for it: another case, blanks and dots at the end, the
 * short name, invisible characters.
 */
export function refuseProtected(segment: string): void {
  const name = segment
    .normalize("NFKC")
    .replace(/\p{Default_Ignorable_Code_Point}/gu, "")
    .toLowerCase();
  if (/^(\.git|git~\d+)([ .]*$|[ .]*:)/.test(name))
    throw refusal(
      "protected",
      "Tools that read or write files may not use the .git folder. Use git commands.",
    );
}

/** Translates an error of the file system to a ToolFailure. Returns other errors as they are. */
export function fileFailure(error: unknown, path: string): unknown {
  if (error instanceof ToolFailure) return error;
  const code = (error as NodeJS.ErrnoException | null)?.code ?? "";
  const known = failures[code];
  return known === undefined ? error : refusal(known[0], `${path} ${known[1]}.`);
}

export function notAFile(path: string, stat: Stats): ToolFailure {
  const type = stat.isDirectory() ? "a folder" : "a special file (a pipe, a socket or a device)";
  return refusal("not-a-file", `${path} is ${type}, not a regular file.`);
}

/** Whether the only reason is that the disk is full. */
export function isDiskFull(error: unknown): boolean {
  if (error instanceof ToolFailure) return error.fields["reason"] === "full";
  const code = (error as NodeJS.ErrnoException | null)?.code;
  return code === "ENOSPC" || code === "EDQUOT";
}

/** By code of the system: the reason, and what follows the path in the message. */
const failures: Record<string, [Refusal, string]> = {
  ENOENT: ["not-found", "does not exist in the workspace"],
  ENOTDIR: ["not-found", "does not exist: a part of the path is not a folder"],
  EISDIR: ["not-a-file", "is a folder"],
  EACCES: ["failed", "cannot be used by the server (permission denied)"],
  EPERM: ["failed", "cannot be used by the server (permission denied)"],
  ELOOP: ["outside", "is a link that leads outside of the workspace or in a circle"],
  EXDEV: ["failed", "is on another disk"],
  ENAMETOOLONG: ["not-found", "is longer than a path can be"],
  ENOSPC: ["full", "cannot be written: the disk is full"],
  EDQUOT: ["full", "cannot be written: the disk quota is used up"],
  EIO: ["failed", "cannot be used: the disk reports an error. Its content is uncertain"],
  EROFS: ["failed", "cannot be written: the disk is read-only"],
  ENXIO: ["not-a-file", "is a special file, and special files are never opened"],
  ENOTEMPTY: ["failed", "is a folder"],
  ETXTBSY: ["failed", "is being executed"],
};
