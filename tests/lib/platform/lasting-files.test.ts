import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { resultOfInterrupted } from "../../../lib/core/loop/interrupted-calls.ts";
import type { ToolCall } from "../../../lib/tool.ts";
import { createToolbox } from "../../../lib/tools/index.ts";
import { until } from "../../support/until.ts";
import { openHost } from "./host.ts";
import { startRun } from "./left-over.ts";
import { temporaryFolder } from "./place.ts";

/** Every fsync of this process, by the path of what was synchronised. */
async function watchSyncs(heard: string[]): Promise<void> {
  const handle = await open("/dev/null");
  const prototype = Object.getPrototypeOf(handle) as { sync: (this: FileHandle) => Promise<void> };
  await handle.close();
  const { sync } = prototype;
  prototype.sync = function (this: FileHandle) {
    heard.push(`sync ${readLink(this.fd)}`);
    return sync.call(this);
  };
  onTestFinished(() => void (prototype.sync = sync));
}

function readLink(fd: number): string {
  return realpathSync(`/proc/self/fd/${fd}`).replace(/\.talkcody-[0-9a-f]{16}\.tmp$/, "temporary");
}

test("a file is on the disk before it takes its name, and its name before write returns", async () => {
  const heard: string[] = [];
  const { host, root } = openHost("auto", { reach: (point) => heard.push(point) });
  await watchSyncs(heard);
  await host.files.write("new/deeper/file", "text");
  expect(heard).toEqual([
    `sync ${root}`,
    `sync ${root}/new`,
    `sync ${root}/new/deeper/temporary`,
    "file.written",
    "file.renamed",
    `sync ${root}/new/deeper`,
  ]);
  heard.length = 0;
  await host.files.sync("new/deeper/file");
  expect(heard).toEqual([`sync ${root}/new/deeper/file`, `sync ${root}/new/deeper`]);
  await expect(host.files.sync("nowhere")).resolves.toBeUndefined();
});

test.each([
  ["writeFile", { file_path: "file", content: "new" }],
  ["editFile", { file_path: "file", edits: [{ old_string: "old", new_string: "new" }] }],
])("what a cut %s left as it should be is on the disk before it is said to be done", async (name, input) => {
  const { host, root } = openHost();
  const tool = createToolbox().get(name);
  if (tool === undefined) throw new Error(`There is no ${name}.`);
  writeFileSync(join(root, "file"), "old");
  const revisions = await tool.revisions?.(input, host);
  const change = { before: revisions?.present ?? "", after: revisions?.after() ?? "" };
  const call = { ...cutCall, toolName: name, input, change };
  const heard: string[] = [];
  await watchSyncs(heard);
  expect(await resultOfInterrupted({ call, tool, input, host })).toBeUndefined();
  expect(heard, "untouched: it will run").toEqual([]);
  writeFileSync(join(root, "file"), "new");
  expect(await resultOfInterrupted({ call, tool, input, host })).toMatchObject({ success: true });
  expect(heard).toEqual([`sync ${root}/file`, `sync ${root}`]);
});

const cutCall: Omit<ToolCall, "toolName" | "input" | "change"> = {
  taskId: "tsk_1",
  sessionId: "ses_1",
  messageId: "msg_1",
  toolCallId: "call_1",
  state: "started",
  output: null,
  isError: false,
  durationMs: null,
};

const doomed = (point: string) =>
  `globalThis.killAt = "${point}"; await host.files.write("folder/file", "new");`;
const notesIn = (dataDir: string) => readdirSync(join(dataDir, "workspaces/.server/unfinished"));

test.each([
  ["file.written", "old"],
  ["file.renamed", "new"],
])("killed at %s the file is %s and whole, and the next run finds nothing beside it", async (point, text) => {
  const dataDir = temporaryFolder();
  const folder = join(dataDir, "workspaces/wsp_0123456789abcdefghjkmnpqrs/folder");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "file"), "old");
  const { child } = startRun(doomed(point), { dataDir });
  await until("it struck itself", () => child.signalCode === "SIGKILL");
  expect(readdirSync(folder)).toHaveLength(point === "file.written" ? 2 : 1);
  expect(notesIn(dataDir)).toHaveLength(1);
  const { hosts } = openHost("auto", { dataDir });
  await hosts.clear();
  expect(readdirSync(folder)).toEqual(["file"]);
  expect(readFileSync(join(folder, "file"), "utf8")).toBe(text);
  expect(notesIn(dataDir)).toEqual([]);
});

test("what was left is removed inside of the workspace only, and a link in its place is not followed", async () => {
  const dataDir = temporaryFolder();
  const { host, hosts, root } = openHost("auto", { dataDir });
  await host.files.write("a", "kept"); // Makes the folder of the notes, and leaves none in it.
  expect(notesIn(dataDir)).toEqual([]);
  mkdirSync(join(dataDir, "outside"));
  for (const name of ["first", "second"]) writeFileSync(join(dataDir, "outside", name), "precious");
  symlinkSync(join(dataDir, "outside"), join(root, "away"));
  symlinkSync(join(root, "a"), join(root, "link"));
  const workspace = root.slice(-30);
  const note = (name: string, text: string) =>
    writeFileSync(join(dataDir, "workspaces/.server/unfinished", name), text);
  note(`${workspace}-1`, "away/first");
  note(`${workspace}-2`, "../../outside/second");
  note(`${workspace}-3`, "link");
  note(`${workspace}-4`, "gone/long/ago");
  note("wsp_gone-5", "x");
  note("rubbish", "");
  await hosts.clear();
  expect(readdirSync(join(dataDir, "outside"))).toEqual(["first", "second"]);
  expect(readFileSync(join(root, "a"), "utf8")).toBe("kept");
  expect(existsSync(join(root, "link"))).toBe(false);
  expect(notesIn(dataDir)).toEqual([]);
});

test("hundreds of workspaces are opened one after the other, and each is still itself", async () => {
  const { hosts, dataDir } = openHost();
  const ids = Array.from({ length: 300 }, (_, number) => `wsp_many${number}`);
  for (const id of ids) {
    mkdirSync(join(dataDir, "workspaces", id));
    await hosts.open(id).files.write("name", id);
  }
  for (const id of ids) expect(readFileSync(join(dataDir, "workspaces", id, "name"), "utf8")).toBe(id);
  expect(hosts.open("wsp_many299")).toBe(hosts.open("wsp_many299"));
  const [first] = ids.map((id) => hosts.open(id));
  expect(hosts.open("wsp_many0"), "it was dropped meanwhile").not.toBe(first);
});
