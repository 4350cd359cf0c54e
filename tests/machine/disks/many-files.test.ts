import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { openHost } from "../../lib/platform/host.ts";
import { forever } from "../../lib/platform/place.ts";
import { mountSmall } from "./small-disk.ts";

/** A workspace on a disk with room for 14,000 files. */
function openDiskOfFewFiles() {
  const disk = mkdtempSync(join(tmpdir(), "platform-files-"));
  const unmount = mountSmall(disk, "256m", "14000");
  onTestFinished(() => {
    unmount();
    rmSync(disk, { recursive: true, force: true });
  });
  const { host, root } = openHost("auto", { dataDir: join(disk, "data") });
  const options = { timeoutMs: 60_000, signal: forever, onOutput: () => {}, logPrefix: join(root, "log") };
  return (command: string) => host.shell.run({ ...options, command });
}

test("a command that uses up the files of the disk is ended, one that makes a few is not", async () => {
  const run = openDiskOfFewFiles();
  const few = await run("seq 500 | xargs touch; sleep 1; echo done");
  expect(few).toMatchObject({ exitCode: 0, limit: null, stdout: "done\n" });
  const many = await run("seq 8000 | sed s/^/many/ | xargs touch; sleep 600");
  expect(many).toMatchObject({ limit: "disk" });
});
