/** One deliberate breach of each rule. */
export interface Breach {
  rule: string;
  /** The file that offends; for a rule about folders, the folder. */
  file: string;
  /** What stands in the file; null for a folder of the tree. */
  source: string | null;
}

const use = (path: string) => `import * as used from "${path}"; export const breach = used;`;
const useTypes = (path: string) => `import type * as used from "${path}"; export type Breach = typeof used;`;

export const breaches: Breach[] = [
  { rule: "nouns-import-nouns-only", file: "lib/meets-module.ts", source: useTypes("./storage/open.ts") },
  {
    rule: "operating-knows-no-port",
    file: "lib/operating/meets-port.ts",
    source: useTypes("../ports/port.ts"),
  },
  {
    rule: "ports-know-no-config",
    file: "lib/ports/meets-config.ts",
    source: useTypes("../config/config.ts"),
  },
  { rule: "ports-know-no-module", file: "lib/ports/meets-module.ts", source: useTypes("../storage/open.ts") },
  { rule: "nouns-and-ports-use-no-package", file: "lib/ports/meets-package.ts", source: use("left") },
  { rule: "nouns-and-ports-do-no-io", file: "lib/meets-files.ts", source: use("node:fs/promises") },
  {
    rule: "modules-are-separate",
    file: "lib/server/meets-storage.ts",
    source: useTypes("../storage/open.ts"),
  },
  {
    rule: "handlers-see-ports-only",
    file: "handlers/nouns/meetsModule.ts",
    source: use("../../lib/storage/open.ts"),
  },
  { rule: "handlers-use-no-package", file: "handlers/nouns/meetsPackage.ts", source: use("left") },
  { rule: "handlers-use-no-node", file: "handlers/nouns/meetsNode.ts", source: use("node:path") },
  { rule: "shared-imports-itself-only", file: "packages/shared/src/meets-node.ts", source: use("node:path") },
  {
    rule: "clients-use-http-only",
    file: "packages/cli/src/meets-server.ts",
    source: use("../../../lib/noun.ts"),
  },
  {
    rule: "clients-are-separate",
    file: "packages/web/src/meets-cli.ts",
    source: use("../../cli/src/main.ts"),
  },
  {
    rule: "clients-use-the-exports-of-shared",
    file: "packages/cli/src/meets-routes.ts",
    source: use("../../shared/src/routes.ts"),
  },
  { rule: "cli-uses-no-package", file: "packages/cli/src/meets-package.ts", source: use("left") },
  {
    rule: "server-knows-no-client",
    file: "deploy/meets-client.ts",
    source: use("../packages/cli/src/main.ts"),
  },
  {
    rule: "processes-only-in-platform",
    file: "lib/tools/starts-process.ts",
    source: use("node:child_process"),
  },
  {
    rule: "simple-git-only-in-git",
    file: "lib/core/asks-git.ts",
    source: `export const breach = import("simple-git");`,
  },
  { rule: "simple-git-loads-late", file: "lib/platform/git/loads-early.ts", source: use("simple-git") },
  { rule: "execa-only-outside", file: "lib/platform/starts-with-execa.ts", source: use("execa") },
  { rule: "sqlite-only-in-storage", file: "lib/core/speaks-sql.ts", source: use("better-sqlite3") },
  { rule: "model-packages-only-in-models", file: "lib/core/asks-model.ts", source: use("@ai-sdk/openai") },
  {
    rule: "opentelemetry-only-in-tracing",
    file: "lib/core/sends-spans.ts",
    source: use("@opentelemetry/api"),
  },
  { rule: "http-only-in-server", file: "lib/core/serves-http.ts", source: use("fastify") },
  {
    rule: "nothing-imports-tests-or-scripts",
    file: "lib/core/meets-tests.ts",
    source: use("../../tests/noun.test.ts"),
  },
  { rule: "production-uses-no-dev-package", file: "lib/core/meets-dev.ts", source: use("vitest") },
  { rule: "every-import-resolves", file: "lib/core/meets-nothing.ts", source: use("./nothing.ts") },
  { rule: "no-cycles", file: "lib/circle.ts", source: use("./circle.ts") },
  { rule: "no-folder-cycles", file: "lib/storage/tables", source: null },
  { rule: "no-folder-cycles", file: "lib/storage/rows", source: null },
  { rule: "no-orphans", file: "lib/orphan.ts", source: "export const orphan = 1;" },
];
