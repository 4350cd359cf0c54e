import { defineConfig } from "vitest/config";
import { closeInheritedDescriptors } from "../../lib/server/process/inherited-descriptors.ts";

closeInheritedDescriptors(); // As the server does, so that its commands inherit nothing of the terminal.

/** Tests that need more of a machine than git and npm. Each is one `npm run test:…`, and its `needs.ts` says what. */
const tests = {
  isolation: ["tests/machine/isolation/*.test.ts"],
  disks: ["tests/machine/disks/*.test.ts"],
  faults: ["tests/machine/faults/*.test.ts"],
  guides: ["tests/machine/guides/*.test.ts"],
  // `npm test` runs them too, with an old Litestream.
  litestream: ["replicated", "replica-trouble", "restore-drill"].map(
    (name) => `tests/journeys/restores/${name}.test.ts`,
  ),
};

export default defineConfig({
  test: {
    root: `${import.meta.dirname}/../..`,
    pool: "forks",
    maxWorkers: 2,
    testTimeout: 600_000,
    hookTimeout: 600_000,
    projects: Object.entries(tests).map(([name, include]) => ({
      extends: true,
      test: { name, include, globalSetup: `tests/machine/${name}/needs.ts` },
    })),
  },
});
