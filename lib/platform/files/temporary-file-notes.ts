import { randomBytes } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** The temporary files of one workspace. */
export interface TemporaryFiles {
  /** Call it before the file is created. Returns a function that removes the note. Segments are relative to the root. */
  note(segments: readonly string[]): () => void;
}

/** A temporary file that a crash may have left. `forget` removes the note. */
export interface LeftoverFile {
  workspaceId: string;
  path: string;
  forget(): void;
}

/**
 * Notes of temporary files in workspaces. They are kept beside the workspaces, where commands do not see them. After a
 * crash they list what to remove, so that no workspace has to be searched. They are not synced: after a power cut a
 * temporary file may remain, after a kill none does.
 */
export function createTemporaryFileNotes(folder: string) {
  return {
    of: (workspaceId: string): TemporaryFiles => ({
      note: (segments) => {
        const path = join(folder, `${workspaceId}-${randomBytes(8).toString("hex")}`);
        writeNote(folder, path, segments.join("/"));
        return () => rmSync(path, { force: true });
      },
    }),
    leftOver: (): LeftoverFile[] =>
      notesIn(folder).flatMap((name) => {
        const note = join(folder, name);
        const [workspaceId = ""] = name.split("-", 1);
        const path = readFileSync(note, "utf8");
        return [{ workspaceId, path, forget: () => rmSync(note, { force: true }) }];
      }),
  };
}

function writeNote(folder: string, path: string, text: string): void {
  try {
    writeFileSync(path, text, { flag: "wx", mode: 0o600 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") {
      rmSync(path, { force: true });
      throw error;
    }
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    writeFileSync(path, text, { flag: "wx", mode: 0o600 });
  }
}

function notesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}
