import type { MechanismName } from "../options.ts";
import { required, type SandboxPrograms } from "../programs.ts";
import type { Mount } from "../view/mounts.ts";
import { makeNamespaces, type NamespaceOptions, type Namespaces } from "./namespaces.ts";
import { stageScript } from "./stage.ts";
import { bubblewrapStart, utilLinuxStart } from "./starts.ts";
import type { HostProgram, HostProgramOptions, MechanismContext } from "./types.ts";

/** The programs that this host lacks for a mechanism; empty when it can be tried. */
export function missingPrograms(name: MechanismName, programs: SandboxPrograms): string[] {
  if (name === "seatbelt")
    return (["sandbox-exec", "sh"] as const).filter((each) => programs[each] === undefined);
  const needed = { bubblewrap: ["bwrap"], "util-linux": ["mount", "umount", "pivot_root", "perl"] } as const;
  const all = ["unshare", "nsenter", "setpriv", "prlimit", "sh", ...needed[name]] as const;
  return all.filter((program) => programs[program] === undefined);
}

/** Joins the shared mounts and makes the namespaces of one workspace. */
export function openNamespaces(
  context: MechanismContext,
  mounts: readonly Mount[],
  onConnection: NamespaceOptions["onConnection"],
): Promise<Namespaces> {
  const { programs, stage } = context;
  const kinds = { root: "network-mount", staged: "user-network-mount", plain: "user-network" } as const;
  const kind = kinds[context.user.isOther ? "root" : isStaged(context) ? "staged" : "plain"];
  return makeNamespaces({
    kind,
    programs,
    script: isStaged(context) ? stageScript(stage, mounts) : "",
    onConnection,
  });
}

export function hostProgram(context: MechanismContext, options: HostProgramOptions): HostProgram {
  const { programs } = context;
  const { namespaces, rlimits, program } = options;
  const inner =
    context.name === "bubblewrap" ? bubblewrapStart(context, options) : utilLinuxStart(context, options);
  const limited = [required(programs.prlimit), ...rlimits, "--", program.file, ...program.args];
  const args = [...namespaces.joining, ...becoming(context), ...inner.args, ...limited];
  return {
    file: required(programs.nsenter),
    args,
    inputs: inner.inputs,
    statusDescriptor: 3 + inner.inputs.length,
  };
}

/**
 * The end of the command line of nsenter: root becomes the tool user for good. Bubblewrap gives up all capabilities and
 * dies with the server by itself; for the other mechanism setpriv sees to both.
 */
function becoming({ name, programs, user: { uid, gid, isOther } }: MechanismContext): string[] {
  if (name === "bubblewrap") return [...(isOther ? [`--setuid=${uid}`, `--setgid=${gid}`] : []), "--"];
  const other = [
    `--reuid=${uid}`,
    `--regid=${gid}`,
    "--clear-groups",
    "--inh-caps=-all",
    "--bounding-set=-all",
  ];
  return ["--", required(programs.setpriv), "--pdeathsig", "KILL", ...(isOther ? other : []), "--"];
}

/** Root stages everything, because the tool user cannot reach the sources; the view of util-linux is always staged. */
function isStaged({ name, user }: MechanismContext): boolean {
  return name === "util-linux" || user.isOther;
}
