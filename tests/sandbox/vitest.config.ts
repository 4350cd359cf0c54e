import { defineConfig } from "vitest/config";

/** Started by run.ts, once for each setting. */
export default defineConfig({
  test: {
    root: `${import.meta.dirname}/../..`,
    pool: "forks",
    maxWorkers: 1,
    fileParallelism: false,
    // No result depends on how long something takes. These end only what hangs.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    projects: [
      {
        extends: true,
        test: {
          // In a network of its own, with sinks for whatever leaves.
          name: "closed",
          include: ["tests/sandbox/**/*.test.ts"],
          exclude: ["tests/sandbox/work/**"],
        },
      },
      {
        extends: true,
        // In the network of this machine, because it needs the package registries.
        test: { name: "work", include: ["tests/sandbox/work/**/*.test.ts"] },
      },
    ],
  },
});
