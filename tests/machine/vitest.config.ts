import { defineConfig } from "vitest/config";

/** Tests that need more of a machine than git and npm. Each folder is one `npm run test:…`, and says what it needs. */
const folders = ["isolation", "disks", "faults", "guides"];

export default defineConfig({
  test: {
    root: `${import.meta.dirname}/../..`,
    pool: "forks",
    maxWorkers: 2,
    testTimeout: 600_000,
    hookTimeout: 600_000,
    projects: folders.map((name) => ({
      extends: true,
      test: {
        name,
        include: [`tests/machine/${name}/*.test.ts`],
        globalSetup: `tests/machine/${name}/needs.ts`,
      },
    })),
  },
});
