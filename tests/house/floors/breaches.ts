/** One deliberate breach of each floor: the file that offends and its source. */
export interface Breach {
  rule: string;
  file: string;
  source: string;
}

const use = (path: string) => `import * as used from "${path}"; export const breach = used;`;
const useTypes = (path: string) => `import type * as used from "${path}"; export type Breach = typeof used;`;

export const breaches: Breach[] = [
  { rule: "ground-knows-no-room", file: "lib/room-in-ground.ts", source: useTypes("./storage/open.ts") },
  { rule: "ground-knows-no-technology", file: "lib/package-in-ground.ts", source: use("left") },
  { rule: "ground-does-no-io", file: "lib/io-in-ground.ts", source: use("node:fs/promises") },
  { rule: "rooms-do-not-meet", file: "lib/server/meets-storage.ts", source: useTypes("../storage/open.ts") },
  {
    rule: "handlers-see-ports-only",
    file: "handlers/nouns/meetsRoom.ts",
    source: use("../../lib/storage/open.ts"),
  },
  { rule: "handlers-touch-no-package", file: "handlers/nouns/meetsPackage.ts", source: use("left") },
  { rule: "handlers-touch-no-node", file: "handlers/nouns/meetsNode.ts", source: use("node:path") },
  { rule: "shared-imports-itself-only", file: "packages/shared/src/meets-node.ts", source: use("node:path") },
  {
    rule: "clients-speak-http-only",
    file: "packages/cli/src/meets-server.ts",
    source: use("../../../lib/noun.ts"),
  },
  {
    rule: "clients-do-not-meet",
    file: "packages/web/src/meets-cli.ts",
    source: use("../../cli/src/main.ts"),
  },
  { rule: "cli-brings-no-package", file: "packages/cli/src/meets-package.ts", source: use("left") },
  {
    rule: "server-knows-no-client",
    file: "deploy/meets-client.ts",
    source: use("../packages/cli/src/main.ts"),
  },
  { rule: "one-door-to-processes", file: "lib/tools/starts-process.ts", source: use("node:child_process") },
  { rule: "one-door-to-sqlite", file: "lib/core/speaks-sql.ts", source: use("better-sqlite3") },
  { rule: "one-door-to-models", file: "lib/core/asks-model.ts", source: use("@ai-sdk/openai") },
  { rule: "one-door-to-traces", file: "lib/core/sends-spans.ts", source: use("@opentelemetry/api") },
  { rule: "one-door-to-http", file: "lib/core/serves-http.ts", source: use("fastify") },
  {
    rule: "nothing-imports-the-outside",
    file: "lib/core/meets-tests.ts",
    source: use("../../tests/noun.test.ts"),
  },
  { rule: "production-needs-no-dev-package", file: "lib/core/meets-dev.ts", source: use("vitest") },
  { rule: "every-import-resolves", file: "lib/core/meets-nothing.ts", source: use("./nothing.ts") },
  { rule: "no-cycles", file: "lib/circle.ts", source: use("./circle.ts") },
  { rule: "no-orphans", file: "lib/orphan.ts", source: "export const orphan = 1;" },
];
