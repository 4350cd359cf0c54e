import { chownSync, linkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openHost } from "../../lib/platform/host.ts";

/** A workspace of an ordinary user, and in it a hard link to a file outside. Only root can make it. */
function linked(owner: number) {
  const { host, root, dataDir } = openHost();
  writeFileSync(join(dataDir, "outside"), "canary");
  linkSync(join(dataDir, "outside"), join(root, "link"));
  chownSync(join(dataDir, "outside"), owner, owner);
  chownSync(root, 12_345, 12_345);
  return host;
}

test("a hard link to a file of another user is not read", async () => {
  await expect(linked(0).files.read("link", 100)).rejects.toMatchObject({
    name: "ToolFailure",
    message: expect.stringContaining("hard link to a file of another user") as string,
    fields: { reason: "outside" },
  });
});

test("a hard link to a file of the owner of the workspace is read, as package managers make them", async () => {
  const bytes = await linked(12_345).files.read("link", 100);
  expect(Buffer.from(bytes).toString()).toBe("canary");
});
