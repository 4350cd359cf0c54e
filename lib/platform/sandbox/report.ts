import type { SandboxReport } from "../../ports/sandbox.ts";
import type { MechanismName } from "./options.ts";
import type { Probe } from "./self-test/probes.ts";
import type { ToolUser } from "./tool-user.ts";

export function testingReport({ uid }: ToolUser): SandboxReport {
  return { state: "testing", mechanism: null, uid, probes: [], reason: null, fix: null };
}

export function onReport({ uid }: ToolUser, mechanism: MechanismName, probes: Probe[]): SandboxReport {
  return { state: "on", mechanism, uid, probes, reason: null, fix: null };
}

/** The self-test could not be made, for example on a full disk. The next command tries again. */
export function untestedReport(report: SandboxReport, error: unknown): SandboxReport {
  const words = error instanceof Error ? error.message : String(error);
  return {
    ...report,
    ...{ state: "refused", probes: [], reason: `The sandbox could not be tested: ${words}.` },
    fix: "Free some space on the disk of the data folder; the next command tests it again.",
  };
}

/** `tried`: for each mechanism that was tried, what kept it from being used. */
export function refusedReport(
  { uid }: ToolUser,
  tried: readonly { mechanism: MechanismName; probes: Probe[]; problem: string }[],
): SandboxReport {
  const last = tried.findLast(({ probes }) => probes.length > 0) ?? tried.at(-1);
  const reasons = tried.map(({ mechanism, problem }) => `${mechanism}: ${problem}`).join(" ");
  return {
    ...{ state: "refused", mechanism: last?.mechanism ?? null, uid, probes: last?.probes ?? [] },
    reason: `This host could not make a sandbox that holds. ${reasons}`,
    fix: `${last?.mechanism === "seatbelt" ? macFix : linuxFix} TALKCODY_SANDBOX=off runs commands without protection and asks about each.`,
  };
}

const linuxFix =
  "Install bubblewrap (apt-get install bubblewrap) and allow user namespaces, then restart the server: docs/sandbox.md says how.";

const macFix =
  "Run the server on macOS as an ordinary user, outside of any other sandbox, and report the failed probes: docs/sandbox.md says what is tested.";

export function offReport({ isOther }: ToolUser): SandboxReport {
  const uid = isOther ? 0 : (process.getuid?.() ?? null);
  return {
    ...{ state: "off", mechanism: null, uid, probes: [] },
    reason:
      "TALKCODY_SANDBOX=off: commands run as the user of the server and reach everything that it reaches.",
    fix: "Start the server without TALKCODY_SANDBOX=off.",
  };
}
