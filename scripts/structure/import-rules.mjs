// Who may import whom. Each rule tells whoever breaks it what to do instead.
const nouns = "^lib/[^/]+[.]ts$";
const shapes = "^lib/(ports|operating|config)/";
const modules = "^lib/(?!ports/|operating/|config/)[^/]+/";
const app = "^app/|^deploy/";
const clients = "^packages/(cli|web)/";
const outside = "^(tests|scripts|bench)/|^packages/[^/]+/tests/|[.]config[.]ts$";
const npm = "(^|/)node_modules/";
const pureNode = "^(assert|async_hooks|buffer|crypto|events|os|path|stream|timers|url|util)(/|$)";

const rule = (name, comment, from, to) => ({ name, comment, severity: "error", from, to });
const onlyIn = (name, comment, folder, packages) =>
  rule(name, comment, { pathNot: [folder, outside, clients] }, { path: packages });

export default {
  forbidden: [
    rule(
      "nouns-import-nouns-only",
      "lib/*.ts say what the product is: put an interface that others implement into lib/ports.",
      { path: nouns },
      { path: ["^lib/[^/]+/", "^handlers/", clients, app] },
    ),
    rule(
      "operating-knows-no-port",
      "lib/operating holds facts and rules of operation: what others implement belongs into lib/ports.",
      { path: "^lib/operating/" },
      { path: "^lib/(ports|config)/" },
    ),
    rule(
      "ports-know-no-config",
      "A port says what it promises, not how it is configured: pass the value as an argument.",
      { path: "^lib/ports/" },
      { path: "^lib/config/" },
    ),
    rule(
      "ports-know-no-module",
      "lib/ports, lib/operating and lib/config import no module: declare an interface, implement it in a module, pass it in app/assemble.ts.",
      { path: shapes },
      { path: [modules, "^handlers/", clients, app] },
    ),
    rule(
      "nouns-and-ports-use-no-package",
      "Nouns and ports import no npm package: wrap the package in one module and give it a port.",
      { path: [nouns, shapes] },
      { path: npm },
    ),
    rule(
      "nouns-and-ports-do-no-io",
      "Nouns and ports touch no files, sockets or processes: a module does, behind a port.",
      { path: [nouns, shapes] },
      { dependencyTypes: ["core"], pathNot: pureNode },
    ),
    rule(
      "modules-are-separate",
      "A module imports itself, nouns, ports and packages/shared: declare a port and let app/assemble.ts pass the implementation.",
      { path: "^lib/(?!ports/|operating/|config/)([^/]+)/" },
      { path: [modules, "^handlers/", clients, app], pathNot: "^lib/$1/" },
    ),
    rule(
      "handlers-see-ports-only",
      "A handler imports nouns, ports and packages/shared: take the service from its second argument.",
      { path: "^handlers/", pathNot: "^handlers/registry[.]gen[.]ts$" },
      { path: [modules, "^lib/config/", "^handlers/", clients, app] },
    ),
    rule(
      "handlers-use-no-package",
      "A handler is pure and runs anywhere: wrap the npm package in one module behind a port.",
      { path: "^handlers/" },
      { path: npm },
    ),
    rule(
      "handlers-use-no-node",
      "A handler is pure and runs anywhere: what Node does belongs behind a port.",
      { path: "^handlers/" },
      { dependencyTypes: ["core"] },
    ),
    rule(
      "shared-imports-itself-only",
      "packages/shared runs in browsers and in Node: no Node module, no npm package, nothing of ours.",
      { path: "^packages/shared/", pathNot: outside },
      { pathNot: "^packages/shared/" },
    ),
    rule(
      "clients-use-http-only",
      "A client reaches the server over HTTP through packages/shared, never by import.",
      { path: clients, pathNot: outside },
      { path: ["^lib/", "^handlers/", app, "^(scripts|bench|tests)/"] },
    ),
    rule(
      "clients-are-separate",
      "What two clients share belongs in packages/shared.",
      { path: "^packages/(cli|web)/" },
      { path: clients, pathNot: "^packages/$1/" },
    ),
    rule(
      "cli-uses-no-package",
      "packages/cli needs only Node and packages/shared: npm could take the package's dependencies from strangers.",
      { path: "^packages/cli/", pathNot: outside },
      { path: npm },
    ),
    rule(
      "clients-use-the-exports-of-shared",
      "A client imports packages/shared/src/index.ts, as everybody else can: export there what is missing.",
      { path: clients, pathNot: outside },
      { path: "^packages/shared/", pathNot: "^packages/shared/src/index[.]ts$" },
    ),
    rule(
      "server-knows-no-client",
      "The server must run without its clients.",
      { path: ["^lib/", "^handlers/", app] },
      { path: clients },
    ),
    onlyIn(
      "processes-only-in-platform",
      "Only lib/platform starts processes: ask its port.",
      "^lib/platform/",
      "^(node:)?(child_process|cluster)$|node_modules/(node-pty|@lydell/node-pty)/",
    ),
    onlyIn(
      "simple-git-only-in-git",
      "Only lib/platform/git knows simple-git, and uses it inside a view: ask the port lib/ports/git.ts.",
      "^lib/platform/git/",
      "node_modules/(simple-git|@simple-git/[^/]+)/",
    ),
    rule(
      "simple-git-loads-late",
      "A server that asks nothing of git should not load simple-git: import it dynamically where it is first used.",
      { path: "^lib/" },
      {
        path: "node_modules/(simple-git|@simple-git/[^/]+)/",
        dynamic: false,
        dependencyTypesNot: ["type-only"],
      },
    ),
    rule(
      "execa-only-outside",
      "execa ends a child and not its process group: ask lib/platform to start a program. Only tests/, scripts/ and bench/ use execa.",
      { pathNot: outside },
      { path: "node_modules/execa/" },
    ),
    onlyIn(
      "sqlite-only-in-storage",
      "Only lib/storage speaks SQL: ask a store.",
      "^lib/storage/",
      "^(node:)?sqlite$|node_modules/better-sqlite3/",
    ),
    onlyIn(
      "model-packages-only-in-models",
      "Only lib/models talks to language models: ask the model port.",
      "^lib/models/",
      "node_modules/(@ai-sdk/|ai/)",
    ),
    onlyIn(
      "opentelemetry-only-in-tracing",
      "Only lib/tracing knows OpenTelemetry: ask the port in lib/ports/tracer.ts, or be wrapped by the module.",
      "^lib/tracing/",
      "node_modules/@opentelemetry/",
    ),
    onlyIn(
      "http-only-in-server",
      "Only lib/server serves HTTP and validates the contract, behind a port or behind a function platform.",
      "^lib/server/",
      "node_modules/(fastify|@fastify/[^/]+|ajv-formats)/",
    ),
    rule(
      "nothing-imports-tests-or-scripts",
      "tests/, scripts/ and bench/ use the product; the product never uses them.",
      { pathNot: outside },
      { path: outside },
    ),
    rule(
      "production-uses-no-dev-package",
      "The image has no devDependencies: move the package to dependencies in package.json.",
      { path: ["^lib/", "^handlers/", app, "^packages/[^/]+/src/"] },
      { dependencyTypes: ["npm-dev"], dependencyTypesNot: ["type-only"] },
    ),
    rule(
      "every-import-resolves",
      "Install the package with an exact version, or correct the path.",
      {},
      { couldNotResolve: true },
    ),
    rule("no-cycles", "Imports go one way: move what both files need into a third.", {}, { circular: true }),
    {
      name: "no-folder-cycles",
      comment: "Folders depend on each other one way: move what both need into a third folder.",
      severity: "error",
      scope: "folder",
      from: { path: "^lib/[^/]+/" },
      to: { circular: true },
    },
    rule(
      "no-orphans",
      "A file nobody imports is dead: delete it, or import it.",
      { orphan: true, pathNot: [outside, app, "^[.]", "^packages/[^/]+/src/(index|main)[.]ts$"] },
      {},
    ),
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    doNotFollow: { path: "node_modules" },
    exclude: { path: "^tests/fixtures/|^tests/generated-clients/typescript/|^packages/[^/]+/dist/" },
    enhancedResolveOptions: {
      extensions: [".ts", ".js", ".json"],
      exportsFields: ["exports"],
      conditionNames: ["import", "types", "node", "default"],
    },
  },
};
