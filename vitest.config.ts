import { defineConfig } from "vitest/config";

const journeys = "tests/journeys/**/*.test.ts";

export default defineConfig({
  test: {
    pool: "forks",
    maxWorkers: 2,
    projects: [
      {
        extends: true,
        test: {
          name: "parts",
          include: ["tests/**/*.test.ts", "packages/*/tests/**/*.test.ts"],
          exclude: ["**/node_modules/**", "tests/fixtures/**", journeys],
          testTimeout: 10_000,
          hookTimeout: 10_000,
        },
      },
      {
        // Journeys start the real process, kill it and resume.
        extends: true,
        test: { name: "journeys", include: [journeys], testTimeout: 60_000, hookTimeout: 60_000 },
      },
    ],
  },
});
