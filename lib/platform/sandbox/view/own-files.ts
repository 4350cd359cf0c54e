import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export interface OwnFilesOptions {
  /** A folder of the server, which commands cannot reach. */
  folder: string;
  uid: number;
  gid: number;
  /** The name and address under which commands commit, unless the workspace says otherwise. */
  author: { name: string; email: string };
}

/** Writes the files that stand in the view for those of the host. Returns by target where they are; `empty` is an empty file. */
export function writeOwnFiles({ folder, uid, gid, author }: OwnFilesOptions): Map<string, string> {
  mkdirSync(folder, { recursive: true, mode: 0o755 });
  const files: Record<string, string> = {
    "/etc/passwd": `agent:x:${uid}:${gid}:agent:/home/agent:/bin/sh\n`,
    "/etc/group": `agent:x:${gid}:\n`,
    "/etc/hosts": "127.0.0.1 localhost\n::1 localhost\n",
    "/etc/nsswitch.conf": "passwd: files\ngroup: files\nhosts: files\n",
    "/etc/gitconfig": gitConfig(author),
    empty: "",
  };
  return new Map(
    Object.entries(files).map(([target, text]) => {
      const file = join(folder, target.replaceAll("/", "-").replace(/^-/, ""));
      writeFileSync(file, text, { mode: 0o644 });
      return [target, file];
    }),
  );
}

/** The workspace may belong to another user than the one that git runs as. */
function gitConfig({ name, email }: OwnFilesOptions["author"]): string {
  const quoted = (text: string) => `"${text.replace(/["\\]/g, "\\$&").replace(/[\n\r]/g, " ")}"`;
  return `[user]\n\tname = ${quoted(name)}\n\temail = ${quoted(email)}\n[safe]\n\tdirectory = *\n[init]\n\tdefaultBranch = main\n`;
}
