import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { holdDataFolder } from "../../../../lib/storage/index.ts";
import { tempFolder } from "../temp-storage.ts";

function hold(dataDir: string, holder?: () => string | undefined) {
  const place = { dataDir, workspacesDir: join(dataDir, "workspaces"), waitMs: 50 };
  return holdDataFolder(holder ? { ...place, holder } : place);
}

test("the folders are made for their owner alone", () => {
  const dataDir = join(tempFolder(), "deep/data");
  const release = hold(dataDir);
  for (const folder of [dataDir, join(dataDir, "workspaces")])
    expect(statSync(folder).mode & 0o777, folder).toBe(0o700);
  release();
});

test("a folder is held once, says by whom, and can be held again when it was let go", () => {
  const dataDir = tempFolder();
  const release = hold(dataDir);
  expect(() => hold(dataDir, () => "http://127.0.0.1:1234")).toThrow(
    /already running on .*, at http:\/\/127.0.0.1:1234\./,
  );
  expect(() => hold(dataDir)).toThrow(/already running on [^,]*\. Use that server/);
  release();
  expect(hold(dataDir)).not.toThrow();
});

test("another folder is not held", () => {
  const release = hold(tempFolder());
  expect(hold(tempFolder())).not.toThrow();
  release();
});

test("the lock of another process holds until it is killed", async () => {
  const dataDir = tempFolder();
  const code = `${holding(dataDir)}.then(() => { console.log("held"); setInterval(() => {}, 1000); })`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", code], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await once(child.stdout, "data");
  expect(() => hold(dataDir)).toThrow(/already/);
  child.kill("SIGKILL");
  await once(child, "exit");
  hold(dataDir)();
});

test("a folder that cannot be used is a sentence with the variable that names another", () => {
  const folder = tempFolder();
  const file = join(folder, "file");
  writeFileSync(file, "");
  expect(() => hold(file)).toThrow(
    `The folder ${file} cannot be created, because a file is in its place. Move that file, or set TALKCODY_DATA_DIR to another folder.`,
  );
  expect(() => holdDataFolder({ dataDir: folder, workspacesDir: join(file, "below") })).toThrow(
    /TALKCODY_WORKSPACES_DIR/,
  );
});

test("a folder of another user is reported as one", async () => {
  const folder = join(tempFolder(), "closed");
  mkdirSync(folder);
  chmodSync(folder, 0o500);
  // Root may write everywhere, unless it lays its capabilities down.
  const lower = process.getuid?.() === 0 ? ["setpriv", "--bounding-set=-all", "--inh-caps=-all"] : [];
  const code = `${holding(folder)}.catch(({ message }) => console.log(message))`;
  const [command, ...args] = [...lower, process.execPath, "--input-type=module", "-e", code] as const;
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "inherit"] });
  const [said] = (await once(child.stdout, "data")) as [Buffer];
  expect(said.toString()).toMatch(/This user may not write to/);
});

/** Code of another process that holds the folder, as a promise. */
function holding(dataDir: string): string {
  const room = join(import.meta.dirname, "../../../../lib/storage/index.ts");
  const options = JSON.stringify({ dataDir, workspacesDir: join(dataDir, "workspaces") });
  return `import(${JSON.stringify(room)}).then((room) => { globalThis.release = room.holdDataFolder(${options}); })`;
}
