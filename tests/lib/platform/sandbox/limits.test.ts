import { expect, test } from "vitest";
import { openSandbox } from "./open-sandbox.ts";

const MiB = 1024 * 1024;

test.each(["auto", "util-linux"] as const)(
  "a command ends at its limits, by name (%s)",
  async (mechanism) => {
    const { run } = openSandbox(mechanism);
    const memory = await run("tail /dev/zero", { bounds: { memoryBytes: 100 * MiB } });
    expect(memory.limit).toBe("memory");
    const processes = await run("for i in $(seq 26); do sleep 600 & done; wait", {
      bounds: { processes: 28 },
    });
    expect(processes.limit).toBe("processes");
    const file = await run("head -c 2000000 /dev/zero > big", { bounds: { fileBytes: MiB } });
    expect(file.limit).toBe("fileSize");
    const folder = await run("for i in 1 2 3; do head -c 900000 /dev/zero > part$i; done; sleep 600", {
      bounds: { workspaceBytes: MiB },
    });
    expect(folder.limit).toBe("workspace");
  },
);

test("a command within its limits ends by itself, whatever its exit code", async () => {
  const { run } = openSandbox();
  expect(await run("exit 3")).toMatchObject({ exitCode: 3, limit: null });
  expect(await run("ulimit -n; ulimit -c", { bounds: { openFiles: 321 } })).toMatchObject({
    output: "321\n0\n",
    limit: null,
  });
});
