import { expect, test } from "vitest";
import { FailedStart } from "../../../../lib/platform/sandbox/launch/failed-start.ts";
import { startProgram } from "../../../../lib/platform/sandbox/launch/start-program.ts";
import { defaultLimits } from "../../../../lib/platform/sandbox/limits/default-limits.ts";
import { openTestProcesses } from "../place.ts";

/** Starts a script in the place of what makes the sandbox. It reports on descriptor 3. */
function start(script: string) {
  return startProgram({
    ...{ processes: openTestProcesses(), limits: defaultLimits(), controlGroups: undefined },
    host: { file: "/bin/sh", args: ["-c", script], inputs: [], statusDescriptor: 3 },
    ...{ environment: {}, folders: ["/"], measureFolders: async () => 0 },
  });
}

test.each(["exit 1", "echo '{ \"child-pid\": 7 }' >&3; exit 1"])(
  "a sandbox that ends before the command has begun is a failed start: %s",
  async (script) => {
    const program = start(script);
    await expect(program.ended).rejects.toBeInstanceOf(FailedStart);
    await program.release();
  },
);

test.each(["echo started >&3; exit 1", "echo '{ \"exit-code\": 1 }' >&3; exit 1"])(
  "a command that fails is none: %s",
  async (script) => {
    const program = start(script);
    expect(await program.ended).toEqual({ exitCode: 1, exitSignal: null });
    await program.release();
  },
);
