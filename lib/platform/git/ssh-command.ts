import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { quoted } from "../programs/quoted.ts";
import type { TrustedPrograms } from "../programs/trusted-programs.ts";

export interface SshOptions {
  /** The server's own folder. Commands do not see it. */
  dataDir: string;
  programs: TrustedPrograms;
}

/**
 * Returns the command with which git starts ssh. Its configuration file is written again before each use: ssh reads no
 * other one, because a command of the agent could add a ProxyCommand to ~/.ssh/config, and ssh would run it as the server.
 * The keys, the agent and the known hosts of the user are used as always.
 */
export async function writeSshCommand({ dataDir, programs }: SshOptions): Promise<string> {
  const program = programs.find("ssh");
  const folder = join(dataDir, "ssh");
  const file = join(folder, "config");
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeFile(file, configuration(folder), { mode: 0o600 });
  return `${quoted(program)} -F ${quoted(file)}`; // Git passes it to a shell.
}

/** The first value of a setting counts. A new host is trusted and its key remembered; a changed key is refused. */
function configuration(folder: string): string {
  return [
    "# The server writes this file before each use. Put what your git hosts need, such as an IdentityFile",
    `# or a ProxyJump, into ${join(folder, "hosts")}; ~/.ssh/config is not read.`,
    "BatchMode yes",
    "StrictHostKeyChecking accept-new",
    "ConnectTimeout 15",
    "PermitLocalCommand no",
    "ForwardAgent no",
    "ForwardX11 no",
    `Include "${join(folder, "hosts")}"`,
    "",
  ].join("\n");
}
