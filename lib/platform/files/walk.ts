import type { Stats } from "node:fs";
import { lstat, mkdir, readlink } from "node:fs/promises";
import { type HeldFolder, holdFolder } from "./held-folder.ts";
import { type FileOwner, giveEntry } from "./owner.ts";
import { outsideWorkspace, refusal, refuseProtected } from "./path-rules.ts";

/** The entry that a path leads to: a name in a folder that is held open. The name is not a link. */
export interface WalkedEntry {
  folder: HeldFolder;
  /** `.` for the root itself. */
  name: string;
  /** Undefined when nothing is there. */
  stat: Stats | undefined;
  /** From the root, without links. */
  segments: string[];
}

export interface WalkOptions {
  /** Absolute, without links. */
  root: string;
  segments: readonly string[];
  /** Whether to create missing folders of the path. */
  isCreating?: boolean;
  owner?: FileOwner | undefined;
}

const stepsMax = 1000;
const linksMax = 40;

/**
 * Follows a path one segment at a time. Each segment is looked up in the folder that is held open, and links are followed
 * here and not by the kernel, so that no change of the tree meanwhile leads outside. Undefined when a folder of the path
 * is missing. The caller closes the folder of the entry.
 */
export async function walk(options: WalkOptions): Promise<WalkedEntry | undefined> {
  const { root, segments, owner } = options;
  const folder = await holdFolder(root, root);
  const state: State = { root, folder, done: [], pending: [...segments], links: 0, owner };
  let entry: WalkedEntry | undefined;
  try {
    entry = await walkOn(state, options.isCreating === true);
    return entry;
  } finally {
    if (entry === undefined) await state.folder.close();
  }
}

interface State {
  root: string;
  folder: HeldFolder;
  /** Segments from the root to `folder`. */
  done: string[];
  /** Segments that are still to be followed. */
  pending: string[];
  /** Links followed so far. */
  links: number;
  owner: FileOwner | undefined;
}

async function walkOn(state: State, isCreating: boolean): Promise<WalkedEntry | undefined> {
  for (let steps = 0; steps < stepsMax; steps++) {
    const name = state.pending.shift() ?? ".";
    refuseProtected(name);
    if (name === "..") {
      await goUp(state);
      continue;
    }
    const stat = await statOf(state.folder.at(name));
    if (stat?.isSymbolicLink()) await followLink(state, name);
    else if (state.pending.length === 0) return entryOf(state, name, stat);
    else if (!isCreating && !stat?.isDirectory()) return undefined;
    else await enter(state, name, stat);
  }
  if (isCreating && state.pending.length > 0) throw refusal("failed", "The path changes while it is used.");
  return undefined;
}

function entryOf({ folder, done }: State, name: string, stat: Stats | undefined): WalkedEntry {
  return { folder, name, stat, segments: name === "." ? done : [...done, name] };
}

export async function statOf(path: string): Promise<Stats | undefined> {
  try {
    return await lstat(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

async function enter(state: State, name: string, stat: Stats | undefined): Promise<void> {
  if (stat === undefined) {
    const made = await mkdir(state.folder.at(name)).then(() => true, ignore("EEXIST"));
    if (made) await giveEntry(state.folder.at(name), state.owner);
    await state.folder.sync(); // A file survives a power cut only if the name of its folder is on disk.
  }
  const next = await holdFolder(state.folder.at(name), [state.root, ...state.done, name].join("/")).catch(
    stat === undefined || stat.isDirectory() ? ignore("ELOOP", "ENOTDIR", "ENOENT") : rethrow,
  );
  if (next === undefined) {
    state.pending.unshift(name); // It has just become something else, so look at it again.
    return;
  }
  await state.folder.close();
  state.folder = next;
  state.done.push(name);
}

async function followLink(state: State, name: string): Promise<void> {
  if (++state.links > linksMax) throw refusal("outside", `${name} is a link that leads in a circle.`);
  const target = await readlink(state.folder.at(name)).catch(ignore("EINVAL", "ENOENT"));
  if (target === undefined) {
    state.pending.unshift(name);
    return;
  }
  const isAbsolute = target.startsWith("/");
  const way = isAbsolute ? inside(state.root, target) : target.split("/");
  state.pending.unshift(...way.filter((segment) => segment !== "" && segment !== "."));
  if (isAbsolute) await startAgain(state);
}

/** Walks from the root to the folder above, because what is above a folder may have changed since. */
async function goUp(state: State): Promise<void> {
  if (state.done.length === 0) throw outsideWorkspace("The link");
  state.pending.unshift(...state.done.slice(0, -1));
  await startAgain(state);
}

async function startAgain(state: State): Promise<void> {
  const folder = await holdFolder(state.root, state.root);
  await state.folder.close();
  state.folder = folder;
  state.done = [];
}

function inside(root: string, target: string): string[] {
  if (target !== root && !target.startsWith(`${root}/`)) throw outsideWorkspace(target);
  return target.slice(root.length).split("/");
}

function ignore(...codes: string[]) {
  return (error: NodeJS.ErrnoException): undefined => {
    if (!codes.includes(error.code ?? "")) throw error;
    return undefined;
  };
}

function rethrow(error: unknown): never {
  throw error;
}
