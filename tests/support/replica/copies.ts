import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import Sqlite from "better-sqlite3";
import type { RestorationReport } from "../../../lib/operating/restoration.ts";
import { databaseNames, type DatabaseName } from "../../../lib/database-name.ts";
import type { TestServer } from "../server/server.ts";
import type { ServerProcess } from "../server/server-process.ts";

/** A copy of one database as it is at this instant, while a server works on it. Gives the path. */
export function copyDatabase(dataDir: string, name: DatabaseName, to: string): string {
  mkdirSync(to, { recursive: true });
  const path = join(to, `${name}.db`);
  const sqlite = new Sqlite(join(dataDir, `${name}.db`), { readonly: true });
  try {
    sqlite.prepare("VACUUM INTO ?").run(path);
  } finally {
    sqlite.close();
  }
  return path;
}

/** What deploy/restore.sh leaves on a new volume: the copies, and the mark. */
export function putBack(
  dataDir: string,
  copies: Readonly<Record<DatabaseName, string>>,
  { isMarked = true } = {},
): void {
  mkdirSync(dataDir, { recursive: true });
  for (const name of databaseNames) {
    for (const end of ["-wal", "-shm"]) rmSync(join(dataDir, `${name}.db${end}`), { force: true });
    copyFileSync(copies[name], join(dataDir, `${name}.db`));
  }
  if (isMarked) writeFileSync(join(dataDir, "restored"), databaseNames.join("\n"));
}

/** Copies of the three databases, some time apart, while the server works; then the volume is lost and they are put back. */
export async function loseVolume(server: ServerProcess, between: () => Promise<unknown>): Promise<void> {
  const to = join(server.folder, "copies");
  const copy = (name: "chat_history" | "agents" | "settings") => copyDatabase(server.dataDir, name, to);
  const agents = copy("agents");
  await between();
  const chat_history = copy("chat_history");
  await pause(300);
  const settings = copy("settings");
  await pause(300);
  await server.end("SIGKILL");
  rmSync(server.dataDir, { recursive: true });
  putBack(server.dataDir, { agents, chat_history, settings });
  await server.start();
}

export function reportOf({ dataDir }: Pick<TestServer, "dataDir">): RestorationReport {
  return JSON.parse(readFileSync(join(dataDir, "restored.json"), "utf8")) as RestorationReport;
}
