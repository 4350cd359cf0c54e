import type { SandboxedProgram, SandboxGrants, SandboxLimits } from "../../../ports/sandbox.ts";
import type { MechanismName } from "../options.ts";
import { preparePlace, type ProbePlace } from "./place.ts";
import { type Probe, readProbes } from "./probes.ts";
import { probeScript } from "./probe-script.ts";
import { seatbeltProbeScript } from "./seatbelt-probes.ts";
import { nothingSurvives } from "./survivors.ts";

export interface SelfTestOptions {
  mechanism: MechanismName;
  /** A folder of the server for the workspace of the probe. */
  folder: string;
  home: string;
  productFolder: string;
  sshAgentSocket: string | undefined;
  limits: SandboxLimits;
  /** Starts a program in the sandbox under test. */
  start(script: string, grants: SandboxGrants): Promise<SandboxedProgram>;
  /** Releases what was made for the workspace of the probe. */
  forget(workspaceId: string): Promise<void>;
  /** Gives an entry to the user under which commands run. */
  give(path: string): void;
}

const timeoutMs = 15_000;

/** Runs the probes in the sandbox, against listeners, files and folders that are made for it. Throws when the script cannot be started. */
export async function runSelfTest(options: SelfTestOptions): Promise<Probe[]> {
  const place = await preparePlace(options);
  try {
    const { output, problem } = await runScript(options, place);
    const { probes, left } = readProbes(options.mechanism, output);
    const failed = probes.every(({ passed }) => !passed);
    if (failed && problem !== "") throw new Error(problem);
    return [...place.hits(probes), await nothingSurvives(left)];
  } finally {
    place.close();
    await options.forget(place.workspaceId);
  }
}

async function runScript(
  options: SelfTestOptions,
  place: ProbePlace,
): Promise<{ output: string; problem: string }> {
  const { limits, home, productFolder, sshAgentSocket } = options;
  const known = ["/run/docker.sock", "/var/run/docker.sock", "/run/dbus/system_bus_socket", "/.fly/api"];
  const sockets = [place.socket, ...known, ...(sshAgentSocket === undefined ? [] : [sshAgentSocket])];
  const scriptOf = options.mechanism === "seatbelt" ? seatbeltProbeScript : probeScript;
  const script = scriptOf({ ...place, sockets, limits, home, productFolder });
  const program = await options.start(script, {
    workspace: { id: place.workspaceId, root: place.root, isGitConfigWritable: false },
    ...{ network: "none", environment: {}, limits },
  });
  const timer = setTimeout(() => program.kill(), timeoutMs);
  const [output, problem] = [textOf(program.stdout), textOf(program.stderr)];
  const failure = await program.ended.then(
    () => "",
    (error: unknown) => String(error),
  );
  clearTimeout(timer);
  await program.release();
  return { output: await output, problem: (await problem).trim() || failure };
}

async function textOf(stream: AsyncIterable<unknown>): Promise<string> {
  let text = "";
  for await (const chunk of stream) text += String(chunk);
  return text;
}
