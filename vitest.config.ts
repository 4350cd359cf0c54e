import { defineConfig } from "vitest/config";

const functions = "tests/functions/**/*.test.ts";
/** With a configuration of their own: these need more than git and npm. */
const machine = "tests/machine/**";
const journeys = "tests/journeys/**/*.test.ts";

export default defineConfig({
  test: {
    pool: "forks",
    maxWorkers: 2,
    // No result depends on how long something takes. These end only what hangs, on the busiest machine.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    projects: [
      {
        extends: true,
        test: {
          name: "parts",
          include: ["tests/**/*.test.ts", "packages/*/tests/**/*.test.ts"],
          exclude: ["**/node_modules/**", "tests/fixtures/**", journeys, functions, machine],
        },
      },
      {
        // The contract tests once more, through the adapter that Lambda calls.
        extends: true,
        test: {
          name: "functions",
          include: ["tests/handlers/**/*.test.ts", "tests/contract/**/*.test.ts", functions],
          env: { TALKCODY_TEST_DOOR: "function" },
          globalSetup: "tests/support/function/table.ts",
          isolate: false, // Each file has a server and a folder of its own; loading all modules anew took a third of the time.
        },
      },
      {
        // Journeys start the real process, kill it and resume.
        extends: true,
        test: { name: "journeys", include: [journeys] },
      },
    ],
  },
});
