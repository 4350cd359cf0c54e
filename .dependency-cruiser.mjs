// The floors of the house: who may import whom. Every rule tells the one who broke it what to do instead.
const roof = "^(assemble|main|start)[.]ts$|^deploy/";
const clients = "^packages/(cli|web)/";
const outside = "^(tests|scripts|bench)/|^packages/[^/]+/tests/|[.]config[.]ts$";
const npm = "(^|/)node_modules/";
const pureNode = "^(assert|async_hooks|buffer|crypto|events|os|path|stream|timers|url|util)(/|$)";

const floor = (name, comment, from, to) => ({ name, comment, severity: "error", from, to });
const oneDoor = (name, comment, room, packages) =>
  floor(name, comment, { pathNot: [room, outside, clients] }, { path: packages });

export default {
  forbidden: [
    floor(
      "ground-knows-no-room",
      "lib/*.ts are nouns and ports: declare an interface here, implement it in a room, introduce them in assemble.ts.",
      { path: "^lib/[^/]+[.]ts$" },
      { path: ["^lib/[^/]+/", "^handlers/", clients, roof] },
    ),
    floor(
      "ground-knows-no-technology",
      "lib/*.ts import no npm package: wrap the package in one room and give the ground floor a port.",
      { path: "^lib/[^/]+[.]ts$" },
      { path: npm },
    ),
    floor(
      "ground-does-no-io",
      "lib/*.ts touch no files, sockets or processes: a room does, behind a port.",
      { path: "^lib/[^/]+[.]ts$" },
      { dependencyTypes: ["core"], pathNot: pureNode },
    ),
    floor(
      "rooms-do-not-meet",
      "A room imports itself, lib/*.ts and packages/shared: put a port on the ground floor and let assemble.ts pass it.",
      { path: "^lib/([^/]+)/" },
      { path: ["^lib/[^/]+/", "^handlers/", clients, roof], pathNot: "^lib/$1/" },
    ),
    floor(
      "handlers-see-ports-only",
      "A handler imports lib/*.ts and packages/shared: take the service from its second argument.",
      { path: "^handlers/", pathNot: "^handlers/registry[.]gen[.]ts$" },
      { path: ["^lib/[^/]+/", "^handlers/", clients, roof] },
    ),
    floor(
      "handlers-touch-no-package",
      "A handler is pure and runs anywhere: wrap the npm package in one room behind a port.",
      { path: "^handlers/" },
      { path: npm },
    ),
    floor(
      "handlers-touch-no-node",
      "A handler is pure and runs anywhere: what Node does belongs behind a port.",
      { path: "^handlers/" },
      { dependencyTypes: ["core"] },
    ),
    floor(
      "shared-imports-itself-only",
      "packages/shared runs in browsers and in Node: no Node module, no npm package, nothing of ours.",
      { path: "^packages/shared/", pathNot: outside },
      { pathNot: "^packages/shared/" },
    ),
    floor(
      "clients-speak-http-only",
      "A client reaches the server over HTTP through @talkcody/shared, never by import.",
      { path: clients, pathNot: outside },
      { path: ["^lib/", "^handlers/", roof, "^(scripts|bench|tests)/"] },
    ),
    floor(
      "clients-do-not-meet",
      "What two clients share belongs in packages/shared.",
      { path: "^packages/(cli|web)/" },
      { path: clients, pathNot: "^packages/$1/" },
    ),
    floor(
      "cli-brings-no-package",
      "packages/cli needs only Node and @talkcody/shared.",
      { path: "^packages/cli/", pathNot: outside },
      { path: npm },
    ),
    floor(
      "server-knows-no-client",
      "The server must run without its clients.",
      { path: ["^lib/", "^handlers/", roof] },
      { path: clients },
    ),
    oneDoor(
      "one-door-to-processes",
      "Only lib/platform starts processes: ask its port.",
      "^lib/platform/",
      "^(node:)?(child_process|cluster)$|node_modules/(execa|simple-git|node-pty|@lydell/node-pty)/",
    ),
    oneDoor(
      "one-door-to-sqlite",
      "Only lib/storage speaks SQL: ask a store.",
      "^lib/storage/",
      "^(node:)?sqlite$|node_modules/better-sqlite3/",
    ),
    oneDoor(
      "one-door-to-models",
      "Only lib/models talks to language models: ask the model port.",
      "^lib/models/",
      "node_modules/(@ai-sdk/|ai/)",
    ),
    oneDoor(
      "one-door-to-traces",
      "Only lib/tracing knows OpenTelemetry: ask the port in lib/tracer.ts, or be wrapped by the room.",
      "^lib/tracing/",
      "node_modules/@opentelemetry/",
    ),
    oneDoor(
      "one-door-to-http",
      "Only lib/server serves HTTP and validates the contract, behind a port or behind a function platform.",
      "^lib/server/",
      "node_modules/(fastify|@fastify/[^/]+|ajv-formats)/",
    ),
    floor(
      "nothing-imports-the-outside",
      "tests/, scripts/ and bench/ use the product; the product never uses them.",
      { pathNot: outside },
      { path: outside },
    ),
    floor(
      "production-needs-no-dev-package",
      "The image has no devDependencies: move the package to dependencies in package.json.",
      { path: ["^lib/", "^handlers/", roof, "^packages/[^/]+/src/"] },
      { dependencyTypes: ["npm-dev"], dependencyTypesNot: ["type-only"] },
    ),
    floor(
      "every-import-resolves",
      "Install the package exactly, or mend the path.",
      {},
      { couldNotResolve: true },
    ),
    floor("no-cycles", "Floors go down only: move what both need one floor down.", {}, { circular: true }),
    floor(
      "no-orphans",
      "A file nobody imports is dead: delete it, or import it.",
      { orphan: true, pathNot: [outside, roof, "^[.]", "^packages/[^/]+/src/(index|main)[.]ts$"] },
      {},
    ),
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    doNotFollow: { path: "node_modules" },
    exclude: { path: "^tests/fixtures/|^packages/web/dist/" },
    enhancedResolveOptions: {
      extensions: [".ts", ".js", ".json"],
      exportsFields: ["exports"],
      conditionNames: ["import", "types", "node", "default"],
    },
  },
};
