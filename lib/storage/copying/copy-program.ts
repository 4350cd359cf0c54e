// node copy-program.ts DATABASE TARGET: writes a whole, checked and compressed copy of a database while others write to
// it. Prints its size and hash to stdout as JSON. On failure prints the reason to stderr and exits with 1. After a kill,
// ignore what is at TARGET.
import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { rm, stat } from "node:fs/promises";
import { setPriority } from "node:os";
import { pipeline } from "node:stream/promises";
import { createZstdCompress } from "node:zlib";
import Sqlite from "better-sqlite3";
import { damagesIn } from "../database/integrity-check.ts";

const [database = "", target = ""] = process.argv.slice(2);
setPriority(10); // Lower than the server's, so that requests are answered first.

try {
  process.stdout.write(JSON.stringify(await copy()));
} catch (error) {
  process.stderr.write(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}

async function copy(): Promise<{ sizeBytes: number; sha256: string }> {
  const whole = `${target}.whole`;
  try {
    vacuumInto(whole);
    const damages = damagesIn(whole);
    if (damages.length > 0) throw new Error(`The copy is damaged: ${damages.join(" ")}`);
    await pipeline(createReadStream(whole), createZstdCompress(), createWriteStream(target, { mode: 0o600 }));
  } finally {
    await rm(whole, { force: true });
  }
  const hash = createHash("sha256");
  await pipeline(createReadStream(target), hash);
  return { sizeBytes: (await stat(target)).size, sha256: hash.digest("hex") };
}

/** Copies a snapshot of one instant and does not block the writer. */
function vacuumInto(path: string): void {
  const sqlite = new Sqlite(database, { readonly: true, fileMustExist: true });
  try {
    sqlite.prepare("VACUUM INTO ?").run(path);
  } finally {
    sqlite.close();
  }
}
