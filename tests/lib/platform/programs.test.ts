import { chmodSync, chownSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { trustedFolders } from "../../../lib/platform/programs/program-folders.ts";
import { openTrustedPrograms } from "../../../lib/platform/programs/trusted-programs.ts";
import { whoCanChange } from "../../../lib/platform/programs/who-can-change.ts";
import { temporaryFolder } from "./place.ts";

/** An executable `git` in a folder of its own. */
function plant(folder = join(temporaryFolder(), "bin")): string {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "git"), "#!/bin/sh\necho planted\n");
  chmodSync(join(folder, "git"), 0o755);
  return folder;
}

/** Makes an ordinary user the owner. A test that does not run as root is one itself. */
function giveAway(path: string): string {
  if (process.getuid?.() === 0) chownSync(path, 12_345, 12_345);
  return path;
}

const chosen = { isChosen: true };
const found = { isChosen: false };

test("the programs of the system are trusted, and their folders are the PATH of the server's programs", () => {
  const programs = openTrustedPrograms();
  expect(programs.find("git")).toMatch(/^\/(usr\/(local\/)?)?bin\/git$/);
  expect(programs.find("sh")).toMatch(/\/sh$/);
  expect(programs.path.split(":")).toContain("/usr/bin");
});

test("a folder of an ordinary user is not trusted, unless a person chose it", () => {
  const folder = plant();
  giveAway(join(folder, "git"));
  expect(whoCanChange(join(folder, "git"), found)).toMatch(/git belongs to user \d+, not to root$/);
  const own = plant();
  expect(whoCanChange(join(own, "git"), chosen)).toBeUndefined();
});

test("a folder or a file that everybody can write is never trusted", () => {
  const folder = plant();
  chmodSync(folder, 0o777);
  expect(whoCanChange(join(folder, "git"), chosen)).toBe(`${folder} can be written by everybody`);
  chmodSync(folder, 0o755);
  chmodSync(join(folder, "git"), 0o757);
  expect(whoCanChange(join(folder, "git"), chosen)).toBe(`${folder}/git can be written by everybody`);
  chmodSync(join(folder, "git"), 0o755);
  expect(whoCanChange(join(folder, "git"), chosen)).toBeUndefined();
});

test("a link is as trustworthy as what it leads to, and as each folder on the way", () => {
  const [from, to] = [temporaryFolder(), plant()];
  symlinkSync(to, join(from, "bin"));
  expect(whoCanChange(join(from, "bin/git"), chosen)).toBeUndefined();
  chmodSync(to, 0o777);
  expect(whoCanChange(join(from, "bin/git"), chosen)).toBe(`${to} can be written by everybody`);
  symlinkSync("loop", join(from, "loop"));
  expect(whoCanChange(join(from, "loop"), chosen)).toContain("cannot be examined");
});

test("a program that somebody could change is passed over for the next one", () => {
  const [bad, good] = [plant(), plant()];
  chmodSync(bad, 0o777);
  const programs = openTrustedPrograms([
    { path: bad, isChosen: true },
    { path: good, isChosen: true },
  ]);
  expect(programs.find("git")).toBe(join(good, "git"));
  expect(programs.path).toBe(good);
});

test("a missing program is said with the package to install and with what was not used", () => {
  const folder = plant();
  chmodSync(folder, 0o777);
  const programs = openTrustedPrograms([{ path: folder, isChosen: true }]);
  expect(programs.lookFor("git")).toBeUndefined();
  expect(() => programs.find("git")).toThrow(
    expect.objectContaining({
      code: "internal",
      message: expect.stringMatching(
        /has no git .*apt-get install git.*TALKCODY_PROGRAM_PATHS.*git is not used, because .* can be written by everybody/,
      ) as string,
    }),
  );
  expect(() => programs.find("bwrap")).toThrow(/apt-get install bubblewrap/);
});

test("a program that is installed later is found, and one that was found is not looked for again", () => {
  const folder = join(temporaryFolder(), "bin");
  const programs = openTrustedPrograms([{ path: folder, isChosen: true }]);
  expect(programs.lookFor("git")).toBeUndefined();
  plant(folder);
  expect(programs.lookFor("git")).toBe(join(folder, "git"));
  chmodSync(folder, 0o777);
  expect(programs.lookFor("git")).toBe(join(folder, "git"));
});

test("folders that a person named come first, and Homebrew's last on macOS only", () => {
  const paths = (platform: string) => trustedFolders(["/opt/own/bin"], platform).map(({ path }) => path);
  expect(paths("linux")[0]).toBe("/opt/own/bin");
  expect(paths("linux")).not.toContain("/opt/homebrew/bin");
  expect(paths("darwin").at(-1)).toBe("/opt/homebrew/bin");
});
