import type { Stats } from "node:fs";
import { lstat, mkdir, readlink } from "node:fs/promises";
import { type HeldFolder, holdFolder } from "./held-folder.ts";
import { outsideWorkspace, refusal, refuseProtected } from "./path-rules.ts";

/** The last step of a path: a name that is no link, in a folder that is held open. */
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
  /** Whether missing folders on the way are made. */
  isCreating?: boolean;
}

const stepsMax = 1000;
const linksMax = 40;

/**
 * Goes down a path one segment at a time, each looked up in the folder held before it, and follows links itself, so
 * that no change of the tree meanwhile leads outside. Undefined when a folder on the way is missing. The caller closes
 * the folder.
 */
export async function walk({
  root,
  segments,
  isCreating = false,
}: WalkOptions): Promise<WalkedEntry | undefined> {
  const state: State = {
    root,
    folder: await holdFolder(root, root),
    done: [],
    pending: [...segments],
    links: 0,
  };
  try {
    for (let steps = 0; steps < stepsMax; steps++) {
      const name = state.pending.shift() ?? ".";
      refuseProtected(name);
      if (name === "..") {
        await goUp(state);
        continue;
      }
      const stat = await statOf(state.folder.at(name));
      if (stat?.isSymbolicLink()) await follow(state, name);
      else if (state.pending.length === 0) return spot(state, name, stat);
      else if (!isCreating && !stat?.isDirectory()) break;
      else await enter(state, name, stat);
    }
    if (state.pending.length > 0 && isCreating) throw refusal("failed", "The path changes while it is used.");
  } catch (error) {
    await state.folder.close();
    throw error;
  }
  await state.folder.close();
  return undefined;
}

interface State {
  root: string;
  folder: HeldFolder;
  done: string[];
  pending: string[];
  links: number;
}

function spot({ folder, done }: State, name: string, stat: Stats | undefined): WalkedEntry {
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
    await mkdir(state.folder.at(name)).catch(ignore("EEXIST"));
    await state.folder.sync(); // A file survives a power cut no better than the folder it is in.
  }
  const next = await holdFolder(state.folder.at(name), [state.root, ...state.done, name].join("/")).catch(
    stat === undefined || stat.isDirectory() ? ignore("ELOOP", "ENOTDIR", "ENOENT") : rethrow,
  );
  if (next === undefined) {
    state.pending.unshift(name); // It became something else just now: look again.
    return;
  }
  await state.folder.close();
  state.folder = next;
  state.done.push(name);
}

async function follow(state: State, name: string): Promise<void> {
  if (++state.links > linksMax) throw refusal("outside", `${name} is a link that leads round in circles.`);
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

/** Goes down to the folder above again: what is above a folder may have changed since. */
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
