import { join } from "node:path";
import { statOf } from "./stat-of.ts";

/** Names under which tools keep tokens. Looked for at the top of a toolchain and in its `etc`. */
const credentialNames = [
  ".npmrc",
  "npmrc",
  ".netrc",
  ".git-credentials",
  ".pypirc",
  "pip.conf",
  ".yarnrc",
].concat(["credentials", "credentials.toml", "auth.json", ".env"]);

export function credentialFilesIn(folder: string): string[] {
  const places = [folder, join(folder, "etc")];
  const files = places.flatMap((place) => credentialNames.map((name) => join(place, name)));
  return files.filter((file) => statOf(file)?.isFile() ?? false);
}
