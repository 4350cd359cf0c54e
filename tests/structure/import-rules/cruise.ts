import { join } from "node:path";
import { execaSync } from "execa";

export interface Cruise {
  modules: { source: string }[];
  summary: {
    violations: { rule: { name: string }; from: string }[];
    ruleSetUsed: { forbidden: { name: string }[] };
  };
}

const bin = join(import.meta.dirname, "../../../node_modules/.bin/depcruise");

/** What dependency-cruiser says of a tree under the tree's own rules. */
export function cruise(root: string): Cruise {
  const parameters = [bin, "--config", "scripts/structure/import-rules.mjs", "--output-type", "json", "."];
  // The exit code is the number of violations; the report is on standard output all the same.
  const { stdout } = execaSync(process.execPath, parameters, { cwd: root, reject: false });
  return JSON.parse(stdout) as Cruise;
}
