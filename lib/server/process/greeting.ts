import type { SandboxReport } from "../../ports/sandbox.ts";

export interface GreetingFacts {
  version: string;
  url: string;
  dataDir: string;
  /** Whether the key comes from the environment instead of the data folder. */
  isKeyConfigured: boolean;
  /** The default model; null when none is chosen. */
  model: string | null;
  /** URL of the replica; null when there is none. */
  replica: string | null;
}

/** The text printed at the start: the address of the server, its key, and what to do next. */
export function greeting({ version, url, dataDir, isKeyConfigured, model, replica }: GreetingFacts): string {
  const key = isKeyConfigured ? "the one in TALKCODY_API_KEY" : `cat "${dataDir}/api-key"`;
  const next =
    model === null
      ? "npm run demo                  (in a second terminal; it needs no account)"
      : 'npx --no-install talkcody run "What is in this workspace?"      (in a second terminal, in this folder)';
  const copies = replica === null ? [] : [`  Replica  ${replica.replace(/[?].*/, "")}`];
  return [
    "",
    `  TalkCody ${version} is listening on ${url}`,
    "",
    `  Data     ${dataDir}`,
    ...copies,
    `  API key  ${key}`,
    `  Model    ${model ?? "none yet: set TALKCODY_MODEL and the key of its provider"}`,
    `  Next     ${next}`,
    "",
  ].join("\n");
}

/** The text printed when the self-test of the sandbox has ended: what protects commands, or why they are refused and what to do. */
export function sandboxLine({ state, mechanism, uid, probes, reason, fix }: SandboxReport): string {
  if (state === "on")
    return `  Sandbox  ${mechanism}, user ${uid}: ${probes.length} of ${probes.length} probes passed\n`;
  const failed = probes
    .filter(({ passed }) => !passed)
    .map(({ name, detail }) => `           ${name}: ${detail}`);
  return [
    `  Sandbox  ${state === "off" ? "OFF" : "commands are refused"}. ${reason}`,
    ...failed,
    `           ${fix}`,
    "",
  ].join("\n");
}
