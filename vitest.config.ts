import { defineConfig } from "vitest/config";
import { closeInheritedDescriptors } from "./lib/server/process/inherited-descriptors.ts";

closeInheritedDescriptors(); // As the server does, so that its commands inherit nothing of the terminal.

const requests = ["tests/handlers/**/*.test.ts", "tests/contract/**/*.test.ts"];
const functions = "tests/functions/**/*.test.ts";
/** With a configuration of their own: these need more than git and npm. */
const machine = "tests/machine/**";
const sandbox = "tests/sandbox/**";
const journeys = "tests/journeys/**/*.test.ts";

export default defineConfig({
  test: {
    pool: "forks",
    maxWorkers: 2,
    // No result depends on how long something takes. These end only what hangs, on the busiest machine.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    // Workspaces of a server that is root belong to another user; git refuses such repositories unless it is told.
    env: { GIT_CONFIG_COUNT: "1", GIT_CONFIG_KEY_0: "safe.directory", GIT_CONFIG_VALUE_0: "*" },
    projects: [
      {
        extends: true,
        test: {
          name: "parts",
          include: ["tests/**/*.test.ts", "packages/*/tests/**/*.test.ts"],
          exclude: [
            "**/node_modules/**",
            "tests/fixtures/**",
            journeys,
            functions,
            machine,
            sandbox,
            ...requests,
          ],
        },
      },
      {
        // Each file has a server and a folder of its own, so the files of a worker share their modules: loading them anew took half of the time.
        extends: true,
        test: {
          name: "requests",
          include: requests,
          isolate: false,
        },
      },
      {
        // The same once more, through the adapter that Lambda calls.
        extends: true,
        test: {
          name: "functions",
          include: [...requests, functions],
          env: { TALKCODY_TEST_THROUGH: "function" },
          globalSetup: "tests/support/function/table.ts",
          isolate: false,
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
