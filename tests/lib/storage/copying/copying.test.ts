import { existsSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createDatabaseCopier } from "../../../../lib/storage/copying/database-copier.ts";
import * as temp from "../temp-storage.ts";

test("a copy that the disk has no room for is refused before anything is written, with what it would take", async () => {
  const dataDir = temp.tempFolder();
  let runs = 0;
  const run = async () => ({ exitCode: 1, stdout: "", stderr: `run ${++runs}` });
  const copy = createDatabaseCopier({ dataDir, run });
  const database = join(dataDir, "agents.db");
  writeFileSync(database, "");
  await expect(copy("agents", new AbortController().signal)).rejects.toThrow("could not be copied: run 1");
  truncateSync(database, 2 ** 43); // Of holes only: 8 TiB by its size.
  const refused = copy("agents", new AbortController().signal);
  await expect(refused).rejects.toMatchObject({
    code: "storage-full",
    message: expect.stringMatching(/needs \d+ MiB of disk space, but only \d+ MiB are free/),
  });
  expect([runs, existsSync(join(dataDir, "copying"))]).toEqual([1, false]);
});
