import { ToolFailure } from "../../tool.ts";

/** Why a path was refused, beside the words: `fields.reason` of the ToolFailure. */
export type Refusal = "outside" | "protected" | "not-found" | "not-a-file" | "too-large" | "full" | "failed";

export function refusal(reason: Refusal, message: string): ToolFailure {
  return new ToolFailure(message, { reason });
}

/** The segments of a path, relative to the root; empty for the root. Nothing is looked up on the disk. */
export function segmentsOf(path: string, roots: readonly string[]): string[] {
  // oxlint-disable-next-line no-control-regex -- They are refused.
  if (/[\u0000-\u001f\u007f]/.test(path))
    throw refusal("outside", "The path holds control characters; no file in the workspace is called that.");
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
  return refusal("outside", `${path} leads outside of the workspace. Only what is inside can be used.`);
}

/** Git's own folder under any name some file system takes for it: the case, blanks and dots at the end, the short name, invisible characters. */
export function refuseProtected(segment: string): void {
  const name = segment
    .normalize("NFKC")
    .replace(/\p{Default_Ignorable_Code_Point}/gu, "")
    .toLowerCase();
  if (/^(\.git|git~\d+)([ .]*$|[ .]*:)/.test(name))
    throw refusal(
      "protected",
      "The inside of .git is not for tools that read or write files. Use git commands.",
    );
}

/** The words for what the file system said. */
export function fileFailure(error: unknown, path: string): unknown {
  if (error instanceof ToolFailure) return error;
  const code = (error as NodeJS.ErrnoException | null)?.code ?? "";
  const known = words[code];
  return known === undefined ? error : refusal(known[0], `${path} ${known[1]}.`);
}

/** Whether it is for want of room only. */
export function isDiskFull(error: unknown): boolean {
  if (error instanceof ToolFailure) return error.fields["reason"] === "full";
  const code = (error as NodeJS.ErrnoException | null)?.code;
  return code === "ENOSPC" || code === "EDQUOT";
}

const words: Record<string, [Refusal, string]> = {
  ENOENT: ["not-found", "does not exist in the workspace"],
  ENOTDIR: ["not-found", "does not exist: a part of the path is no folder"],
  EISDIR: ["not-a-file", "is a folder"],
  EACCES: ["failed", "may not be touched by the server (permission denied)"],
  EPERM: ["failed", "may not be touched by the server (permission denied)"],
  ELOOP: ["outside", "is a link that leads nowhere the workspace allows"],
  EXDEV: ["failed", "lies on another disk"],
  ENAMETOOLONG: ["not-found", "is longer than a path can be"],
  ENOSPC: ["full", "cannot be written: the disk is full"],
  EDQUOT: ["full", "cannot be written: the disk quota is used up"],
  EIO: ["failed", "cannot be used: the disk reports an error. What it holds is not certain"],
  EROFS: ["failed", "cannot be written: the disk is read-only"],
  ENXIO: ["not-a-file", "is a special file, which is never opened"],
  ENOTEMPTY: ["failed", "is a folder"],
  ETXTBSY: ["failed", "is being executed"],
};
