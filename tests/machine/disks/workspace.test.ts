import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statfsSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { createWebFetcher } from "../../../lib/platform/index.ts";
import { createMasking } from "../../../lib/security/masking/masking.ts";
import type { ToolContext } from "../../../lib/tool.ts";
import { createToolbox } from "../../../lib/tools/index.ts";
import type { WorkspaceHost } from "../../../lib/workspace.ts";
import { openHost } from "../../lib/platform/host.ts";
import { mountSmall } from "./small-disk.ts";
import { forever } from "../../lib/platform/place.ts";

const disk = mkdtempSync(join(tmpdir(), "platform-full-"));
const unmount = mountSmall(disk, "2m");
const ballast = join(disk, "ballast");

beforeEach(() => readdirSync(disk).forEach((name) => rmSync(join(disk, name), { recursive: true })));
afterAll(() => {
  unmount();
  rmSync(disk, { recursive: true, force: true });
});

/** Leaves room for this many bytes, in whole pages. */
function fill(leaving: number): void {
  const { bavail, bsize } = statfsSync(disk);
  writeFileSync(ballast, Buffer.alloc(bavail * bsize - leaving));
}

function openSmallHost() {
  const { host, root, dataDir } = openHost("auto", { dataDir: join(disk, "data") });
  mkdirSync(join(root, ".talkcody/output"), { recursive: true });
  const run = (command: string) =>
    host.shell.run({
      command,
      timeoutMs: 8000,
      signal: forever,
      onOutput: () => {},
      logPrefix: join(root, ".talkcody/output/log"),
    });
  return { host, root, dataDir, run };
}

function contextOf(host: WorkspaceHost): ToolContext {
  return {
    host,
    fetch: createWebFetcher(),
    taskId: "tsk_1",
    toolCallId: "call_1",
    signal: forever,
    timeoutMs: 8000,
    onOutput: () => {},
    mask: createMasking().of("formats"),
    decision: null,
  };
}

describe("on a full disk", () => {
  test.each([0, 4096, 16_384])(
    "with %i bytes left a file is refused in words, the old one stays whole, nothing is beside it",
    async (leaving) => {
      const { host, root, dataDir } = openSmallHost();
      await host.files.write("kept", "old");
      fill(leaving);
      await expect(host.files.write("kept", Buffer.alloc(65_536, "x"))).rejects.toMatchObject({
        name: "ToolFailure",
        message: "kept cannot be written: the disk is full.",
        fields: { reason: "full" },
      });
      expect(readFileSync(join(root, "kept"), "utf8")).toBe("old");
      expect(readdirSync(root).toSorted()).toEqual([".talkcody", "kept"]);
      expect(readdirSync(join(dataDir, "workspaces/.server/unfinished"))).toEqual([]);
      rmSync(ballast);
      await host.files.write("kept", "new");
      expect(readFileSync(join(root, "kept"), "utf8")).toBe("new");
    },
  );

  test("a command runs to its end, is heard, and says that its output is in no file", async () => {
    const { root, run } = openSmallHost();
    await run("true"); // The record of what runs has its file.
    fill(0);
    const result = await run("echo first; seq 100000; echo last >&2; exit 3");
    expect(result).toMatchObject({ exitCode: 3, ended: null, isLogLost: true, stderr: "last\n" });
    expect(result.stdout).toMatch(/^first\n1\n2\n[^]*\n100000\n$/);
    expect(readdirSync(join(root, ".talkcody/output"))).toEqual([]);
  });

  test("a disk that becomes full in the middle leaves no half of a log", async () => {
    const { root, run } = openSmallHost();
    await run("true"); // The sandbox needs room once, for its own files.
    fill(131_072);
    const result = await run("seq 200000");
    expect(result).toMatchObject({ exitCode: 0, isLogLost: true });
    expect(result.stdoutBytes).toBe(1_288_895);
    expect(readdirSync(join(root, ".talkcody/output"))).toEqual([]);
  });

  test("the command that makes room is not ended for want of it", async () => {
    const { root, run } = openSmallHost();
    writeFileSync(join(root, "rubbish"), Buffer.alloc(262_144));
    await run("true");
    fill(0);
    expect(await run("echo makes room; sleep 0.3; rm rubbish && echo done > done")).toMatchObject({
      exitCode: 0,
      isLogLost: true,
    });
    expect(readFileSync(join(root, "done"), "utf8")).toBe("done\n");
    expect(await run("echo logged again")).toMatchObject({ isLogLost: false });
    expect(readFileSync(join(root, ".talkcody/output/log.stdout.log"), "utf8")).toBe("logged again\n");
  });

  test("the model reads that there is no file with the output, and is sent to none", async () => {
    const { host, run } = openSmallHost();
    await run("true");
    fill(0);
    const output = await createToolbox().get("bash")?.run({ command: "seq 10000" }, contextOf(host));
    expect(output).toMatchObject({
      success: true,
      message:
        "Command executed successfully. The disk of the server is full, so the full output was not kept in a file.",
      outputTruncated: true,
    });
    expect(output).toHaveProperty(
      "output",
      expect.stringMatching(/^\.\.\. \(\d+ characters truncated; the disk was too full to keep it\)\n/),
    );
    expect(output).not.toHaveProperty("outputFilePath");
  });

  test("a program that cannot be put on record is not started", async () => {
    const { root, run } = openSmallHost();
    fill(0);
    await expect(run("touch started")).rejects.toMatchObject({
      name: "ToolFailure",
      message: "The command was not started: the disk of the server is full.",
    });
    rmSync(ballast);
    expect(readdirSync(root)).toEqual([".talkcody"]);
    expect((await run("true")).exitCode).toBe(0);
  });
});
