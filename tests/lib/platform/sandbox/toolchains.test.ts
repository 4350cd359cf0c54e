import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { findToolchains } from "../../../../lib/platform/sandbox/view/toolchains.ts";
import { temporaryFolder } from "../place.ts";

/** A home with files, and the toolchains that a PATH leads to from it; paths relative to the home. */
function found(
  files: readonly string[],
  path: readonly string[],
  more: { toolPaths?: string[]; links?: [string, string][] } = {},
) {
  const home = join(temporaryFolder(), "ann");
  const at = (name: string) => (name.startsWith("/") ? name : join(home, name));
  for (const file of files) {
    mkdirSync(dirname(at(file)), { recursive: true });
    writeFileSync(at(file), "");
  }
  for (const [from, to] of more.links ?? []) symlinkSync(at(to), at(from));
  const toolchains = findToolchains({
    ...{ path: path.map(at), toolPaths: (more.toolPaths ?? []).map(at), home, host: {} },
    forbidden: [join(home, "data"), join(home, "product")],
  });
  const relative = (name: string) => (name.startsWith(home) ? name.slice(home.length + 1) : name);
  const { folders, credentialFiles, path: seen, variables } = toolchains;
  return {
    folders: folders.map(relative),
    credentialFiles: credentialFiles.map(relative),
    path: seen.map(relative).filter((folder) => !folder.startsWith("/")),
    variables: Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, relative(value)])),
  };
}

test("nvm, rustup and pyenv: what a PATH entry needs, without the tokens beside it", () => {
  const files = [
    ".nvm/versions/node/v24/bin/node",
    ".nvm/versions/node/v24/lib/npm.js",
    ".nvm/versions/node/v24/etc/npmrc",
  ];
  const rust = [".cargo/bin/cargo", ".cargo/credentials.toml", ".rustup/toolchains/stable/bin/cargo"];
  const seen = found(
    [...files, ...rust, ".pyenv/shims/python", ".ssh/id"],
    [".nvm/versions/node/v24/bin", ".cargo/bin", ".pyenv/shims"],
  );
  expect(seen.folders.toSorted()).toEqual([".cargo/bin", ".nvm/versions/node/v24", ".pyenv", ".rustup"]);
  expect(seen.credentialFiles).toEqual([".nvm/versions/node/v24/etc/npmrc"]);
  expect(seen.variables).toEqual({ RUSTUP_HOME: ".rustup", PYENV_ROOT: ".pyenv" });
  expect(seen.path).toEqual([".nvm/versions/node/v24/bin", ".cargo/bin", ".pyenv/shims"]);
});

test("a folder of programs in the home is seen alone, with what its links lead to", () => {
  const seen = found([".local/bin/mine", ".local/share/secret", "tools/uv-1/bin/uv"], [".local/bin"], {
    links: [[".local/bin/uv", "tools/uv-1/bin/uv"]],
  });
  expect(seen.folders.toSorted()).toEqual([".local/bin", "tools/uv-1/bin"]);
});

test("the home itself, folders with keys, and the folders of the server are never seen", () => {
  const files = ["mine", ".ssh/bin/x", ".config/bin/x", "data/bin/x", "product/node_modules/.bin/x"];
  const seen = found(files, ["", ".ssh/bin", ".config/bin", "data/bin", "product/node_modules/.bin"]);
  expect([seen.folders, seen.path]).toEqual([[], []]);
});

test("the owner's own folders come first on PATH", () => {
  const seen = found(["zig/bin/zig", "zig/lib/std.zig", "flat/tool"], [], { toolPaths: ["zig", "flat"] });
  expect(seen.folders).toEqual(expect.arrayContaining(["zig", "flat"]));
  expect(seen.path).toEqual(["zig/bin", "flat"]);
});
