import { createRequire } from "node:module";

/** The version in package.json. Found by the package's name, because compiled files are in deeper folders than the sources. */
export function version(): string {
  const load = createRequire(import.meta.url);
  const manifest = load("@talkcody/cli/package.json") as { version: string };
  return `talkcody ${manifest.version}`;
}
