import { dirname } from "node:path";
import { homebrewRules, systemRules } from "./system-rules.ts";

/** All paths are absolute and without links: Seatbelt compares what the kernel resolved. */
export interface ProfileOptions {
  /** The workspace, its home and its temporary folder. */
  own: readonly string[];
  /** Toolchains, read-only. */
  readable: readonly string[];
  /** Folders and files that are never visible, also inside of what is readable. */
  hidden: readonly string[];
  /** Single files that are readable all the same. */
  given: readonly string[];
  /** What of the workspace is read-only. */
  kept: readonly string[];
  /** The port of the proxy. */
  port: number;
  /** Unix sockets in the own folders. */
  allowsUnixSockets: boolean;
}

/**
 * The arguments of sandbox-exec. Paths are parameters, so that no path can change a rule. Of several rules that match,
 * the last one counts: the order here is from the system to the own folders to what of them is read-only.
 */
export function seatbeltArguments(options: ProfileOptions): string[] {
  const { own, readable, hidden, given, kept, port } = options;
  const values: string[] = [];
  const place = (path: string) => `(param "P${values.push(path) - 1}")`;
  const each = (kind: "literal" | "subpath", paths: readonly string[]) =>
    paths.map((path) => `(${kind} ${place(path)})`).join(" ");
  const rule = (verb: string, kind: "literal" | "subpath", paths: readonly string[]) =>
    paths.length === 0 ? [] : [`(${verb} ${each(kind, paths)})`];
  const lines = [
    ...systemRules,
    ...rule("allow file-read*", "subpath", readable),
    ...homebrewRules,
    ...rule("deny file-read* file-write*", "subpath", hidden),
    ...rule("allow file-read*", "literal", given),
    ...rule("allow file-read* file-write*", "subpath", own),
    ...rule("allow file-read-metadata", "literal", ancestorsOf([...own, ...readable, ...given])),
    ...rule("deny file-write*", "subpath", kept),
    ...rule("deny file-write-unlink", "literal", foldersAbove(kept, own)),
    `(allow network-outbound (remote ip "localhost:${port}"))`,
    ...(options.allowsUnixSockets ? socketRules(own.map((folder) => each("subpath", [folder]))) : []),
  ];
  return ["-p", lines.join("\n"), ...values.map((path, index) => `-DP${index}=${path}`)];
}

/** Each of the folders is a filter. */
function socketRules(folders: readonly string[]): string[] {
  const rules = folders.flatMap((folder) => [
    `(allow network-bind (local unix-socket ${folder}))`,
    `(allow network-outbound (remote unix-socket ${folder}))`,
  ]);
  return ["(allow system-socket (socket-domain AF_UNIX))", ...rules];
}

/** Programs ask what each folder above theirs is. What it contains stays hidden. */
function ancestorsOf(paths: readonly string[]): string[] {
  const above = (path: string): string[] => (path === "/" ? [] : [dirname(path), ...above(dirname(path))]);
  return [...new Set(paths.flatMap(above))];
}

/** The folders of the workspace in which something is read-only: moved away, they could be replaced. */
function foldersAbove(kept: readonly string[], own: readonly string[]): string[] {
  const inside = (path: string) => own.some((folder) => path.startsWith(`${folder}/`));
  return ancestorsOf(kept).filter(inside);
}
