import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { succeed } from "./execute.ts";

/** A Node that a user's machine may have. */
export interface Node {
  major: number;
  path: string;
}

/** The newest of each older line; the project itself brings the third. */
const older = ["20.20.2", "22.23.3"];

/** Installs each Node into a folder of its own; the project's comes last. */
export async function installNodes(folder: string): Promise<Node[]> {
  const installed = [];
  for (const version of older) installed.push(await installNode(version, join(folder, `node-${version}`)));
  return [...installed, { major: Number(process.versions.node.split(".")[0]), path: process.execPath }];
}

async function installNode(version: string, folder: string): Promise<Node> {
  mkdirSync(folder);
  // The install script of this package fetches the binary of the platform.
  writeFileSync(
    join(folder, "package.json"),
    JSON.stringify({ private: true, allowScripts: { node: true } }),
  );
  await succeed(["npm", "install", "--no-audit", "--no-fund", `node@${version}`], { cwd: folder });
  const path = join(folder, "node_modules/node/bin/node");
  const said = (await succeed([path, "--version"], { cwd: folder })).trim();
  if (said !== `v${version}`) throw new Error(`The package node@${version} brought Node ${said}.`);
  return { major: Number(version.split(".")[0]), path };
}

/** An environment in which `node` is this Node, and nothing of the person at this machine remains. */
export function environmentOf(node: Node, home: string): Record<string, string> {
  return { PATH: [dirname(node.path), "/usr/bin", "/bin"].join(":"), HOME: home };
}
