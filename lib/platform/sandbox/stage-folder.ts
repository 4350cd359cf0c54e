import { lstatSync, mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * An empty folder on which views are staged, each in a mount namespace of its own, so that all servers of a user share it.
 * Everybody may pass through it, because commands may run as another user.
 */
export function makeStage(): string {
  const uid = process.getuid?.() ?? 0;
  const stage = join(uid === 0 ? "/run" : tmpdir(), `talkcody-stage-${uid}`);
  mkdirSync(stage, { recursive: true, mode: 0o755 });
  const found = lstatSync(stage);
  if (found.isDirectory() && found.uid === uid && (found.mode & 0o022) === 0) return stage;
  throw new Error(
    `${stage} should be a folder of this user that nobody else can write. Remove it, then restart the server.`,
  );
}
