import { randomBytes } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** The temporary files of one workspace. */
export interface TemporaryFiles {
  /** Call it before the file is made. Returns what forgets it. Segments are relative to the root. */
  note(segments: readonly string[]): () => void;
}

/** A temporary file that a crash may have left. */
export interface LeftoverFile {
  workspaceId: string;
  path: string;
  forget(): void;
}

/**
 * Notes beside the workspaces, where commands do not see them, of temporary files inside. So a crash leaves a list of
 * what to remove, and no workspace has to be searched for it. Nothing is synchronised to the disk: a power cut may
 * leave a temporary file, a kill does not.
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
