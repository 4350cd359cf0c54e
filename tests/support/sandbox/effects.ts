import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** For a command: writes a line to a file in the private home of its workspace, where the sandbox lets it. */
export function leavesEffect(name: string): string {
  return `echo ran >> ~/${name}`;
}

/** The lines that commands wrote to the file, in all workspaces of a data folder. */
export function effectsOf(dataDir: string, name: string): string[] {
  const homes = join(dataDir, "workspaces/.server/sandbox/homes");
  const ids = existsSync(homes) ? readdirSync(homes) : [];
  const files = ids.map((id) => join(homes, id, name)).filter((file) => existsSync(file));
  return files.flatMap((file) => readFileSync(file, "utf8").split("\n").filter(Boolean));
}
