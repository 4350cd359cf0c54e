import type { Processes } from "../processes/processes.ts";
import { createRunProcess } from "../run-process.ts";
import type { FileOwner } from "./owner.ts";

export type GiveFolder = (path: string) => Promise<void>;

/** Gives a folder and everything in it to an owner, without following links. Does nothing without an owner. */
export function createGiveFolder(processes: Processes, owner: FileOwner | undefined): GiveFolder {
  const run = createRunProcess(processes);
  return async (path) => {
    if (owner === undefined) return;
    const { exitCode, stderr } = await run({
      file: processes.programs.find("chown"),
      args: ["-hR", `${owner.uid}:${owner.gid}`, "--", path],
      ...{ cwd: "/", env: {}, stdoutBytesMax: 1024 },
    });
    if (exitCode !== 0) throw new Error(`The workspace could not be given to user ${owner.uid}: ${stderr}`);
  };
}
