import { expect, test } from "vitest";
import { blocksOf } from "../../support/guides/blocks.ts";
import { files, read } from "../repository.ts";

/** For each page and language: how many blocks there are, and what runs them (`tests/packed` is `npm run test:packed`). */
const runs: Record<string, [blocks: number, by: string]> = {
  "README.md sh": [3, "tests/journeys/guides/observing.test.ts"], // The third: tests/journeys/guides/api.test.ts.
  "CONTRIBUTING.md sh": [4, "tests/journeys/guides/contributing.test.ts"],
  "docs/guides/add-a-model.md sh": [1, "tests/machine/guides/with-curl.test.ts"],
  "docs/guides/add-a-model.md ts": [1, "tests/journeys/guides/add-a-model.test.ts"],
  "docs/guides/add-a-tool.md md": [1, "tests/journeys/guides/add-a-tool.test.ts"],
  "docs/guides/add-a-tool.md ts": [1, "tests/journeys/guides/add-a-tool.test.ts"],
  "docs/guides/add-an-endpoint.md sh": [2, "tests/journeys/guides/add-an-endpoint.test.ts"],
  "docs/guides/add-an-endpoint.md ts": [2, "tests/journeys/guides/add-an-endpoint.test.ts"],
  "docs/guides/add-an-endpoint.md yaml": [1, "tests/journeys/guides/add-an-endpoint.test.ts"],
  "docs/guides/deploy-to-fly.md sh": [10, "tests/journeys/guides/deploying.test.ts"],
  "docs/guides/deploy-with-docker.md sh": [2, "tests/journeys/guides/deploying.test.ts"],
  "docs/guides/deploy-with-docker.md yaml": [1, "tests/journeys/guides/deploying.test.ts"],
  "docs/guides/deploy-with-systemd.md ini": [1, "tests/journeys/guides/deploying.test.ts"],
  "docs/guides/deploy-with-systemd.md sh": [4, "tests/journeys/guides/deploying.test.ts"],
  "docs/guides/functions.md sh": [5, "tests/journeys/guides/deploying.test.ts"], // The last: tests/machine/guides/with-curl.test.ts.
  "docs/guides/observe.md sh": [1, "tests/journeys/guides/observing.test.ts"],
  "docs/guides/observe.md yaml": [2, "tests/journeys/guides/observing.test.ts"],
  "docs/guides/operate.md json": [1, "tests/journeys/guides/api.test.ts"],
  "docs/guides/traces.md sh": [3, "tests/journeys/guides/observing.test.ts"],
  "docs/guides/use-the-api.md sh": [6, "tests/machine/guides/with-curl.test.ts"],
  "docs/guides/use-the-api.md ts": [1, "tests/journeys/guides/api.test.ts"],
  "docs/guides/use-the-api.md sh install": [1, "tests/packed/guides.ts"],
  "docs/guides/use-the-api.md sh pack": [1, "tests/packed/guides.ts"],
  "docs/guides/use-the-cli.md sh": [9, "tests/journeys/guides/api.test.ts"],
  "docs/guides/use-the-cli.md sh connect": [1, "tests/packed/guides.ts"],
  "docs/guides/use-the-cli.md sh install": [1, "tests/packed/guides.ts"],
  "docs/guides/use-the-cli.md sh pack": [1, "tests/packed/guides.ts"],
};

const pages = files.filter((path) => /^((README|CONTRIBUTING)|docs\/guides\/[^/]+)\.md$/.test(path));

test("every block of the guides is run by a test", () => {
  const there = pages.flatMap((page) => blocksOf(page).map(({ language }) => `${page} ${language}`));
  const counted = Object.fromEntries(
    [...new Set(there)].map((name) => [name, there.filter((one) => one === name).length]),
  );
  const known = Object.fromEntries(Object.entries(runs).map(([name, [blocks]]) => [name, blocks]));
  expect(counted, "run the new block in a test, then count it here").toEqual(known);
});

test("each of those tests is there and reads its page", () => {
  const blind = Object.entries(runs).flatMap(([name, [, by]]) => {
    const page = name.split(" ")[0] ?? "";
    return files.includes(by) && read(by).includes(page) ? [] : [`${by}: ${page}`];
  });
  expect(blind, "name the test that runs the blocks").toEqual([]);
});
