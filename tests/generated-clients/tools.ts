import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../support/server/server-process.ts";
import type { Tools } from "./clients.ts";
import { run, type Command } from "./command.ts";

/**
 * Installs the pinned generators, with the Java and the Go they need, into a Python environment of their own; or only the
 * named packages. Throws when they cannot be had.
 */
export async function installTools(folder: string, only?: readonly string[]): Promise<Tools> {
  const bin = join(folder, "tools/bin");
  await must(["python3", "-m", "venv", join(folder, "tools")], folder);
  await must([join(bin, "pip"), "install", "--quiet", ...requirements(only)], folder);
  return { contract: join(root, "packages/shared/src/contract.gen.json"), bin };
}

function requirements(only: readonly string[] | undefined): string[] {
  const lines = readFileSync(join(import.meta.dirname, "python/requirements.txt"), "utf8").split("\n");
  const pinned = lines.filter((line) => line !== "" && !line.startsWith("#"));
  return pinned.filter((line) => only === undefined || only.some((name) => line.startsWith(`${name}==`)));
}

async function must(command: Command, cwd: string): Promise<void> {
  const { code, output } = await run(command, { cwd });
  if (code !== 0)
    throw new Error(
      `The tools cannot be installed. They need python3 with venv, and the package index of Python.\n` +
        `${command.join(" ")}\n${output}`,
    );
}
