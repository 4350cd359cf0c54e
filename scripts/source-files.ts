import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";

/** Every file of the checkout that git tracks or would track, relative to the root, sorted. */
export function sourceFiles(root: string): string[] {
  const list = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
  const paths = execFileSync("git", list, { cwd: root, encoding: "utf8", maxBuffer: 64 * 1024 * 1024 });
  const unique = new Set(paths.split("\0").filter(Boolean));
  return [...unique].filter((path) => existsSync(join(root, path))).sort();
}
