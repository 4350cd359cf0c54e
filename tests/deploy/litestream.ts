import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { execaSync } from "execa";
import { until } from "../support/until.ts";

export interface Litestream {
  bin: string;
  version: string;
  /** An old one, which never runs in production: slower to a bucket, and at times it complains when it is stopped. */
  isStandIn: boolean;
}

/**
 * The replicator of the tests: LITESTREAM_BIN, else `litestream` on PATH, else the one that npm brings for tests, which
 * is an old one (0.3.13) that production never runs. Throws where none runs on this machine.
 */
export function findLitestream(environment = process.env): Litestream {
  for (const bin of [environment["LITESTREAM_BIN"], onPath("litestream"), standIn()]) {
    const version = bin && versionOf(bin);
    if (bin && version) return { bin, version, isStandIn: version.startsWith("0.3.") };
  }
  throw new Error("No Litestream runs here: set LITESTREAM_BIN, or put `litestream` on PATH.");
}

/** Resolves once each database has a first copy in the replica, whose file names or object keys are given. */
export async function inReplica(names: () => readonly string[]): Promise<void> {
  const databases = ["chat_history", "agents", "settings"];
  const isThere = (database: string) => names().some((name) => name.includes(`${database}/`));
  await until("each database is in the replica", () => databases.every(isThere), { seen: names });
}

/** The absolute path; empty when there is none. */
function onPath(name: string): string {
  return execaSync("sh", ["-c", `command -v ${name}`], { reject: false }).stdout;
}

function standIn(): string {
  const own = createRequire(import.meta.url).resolve("@flydotio/litestream-linux-x64/package.json");
  return join(dirname(own), "litestream");
}

function versionOf(bin: string): string | undefined {
  const { failed, stdout } = execaSync(bin, ["version"], { reject: false });
  return !failed ? stdout.trim().replace(/^v/, "") : undefined;
}
