import type { Mount } from "../view/mounts.ts";
import { bubblewrapArguments } from "./bubblewrap.ts";
import { seccompProgram } from "./seccomp.ts";
import { required } from "../programs.ts";
import type { HostProgramOptions, InnerStart, MechanismContext } from "./types.ts";
import { utilLinuxArguments } from "./util-linux.ts";

export function bubblewrapStart(
  { user, stage, programs }: MechanismContext,
  options: HostProgramOptions,
): InnerStart {
  const mounts = [...options.mounts, ...options.gitMounts];
  const filter = seccompProgram(options);
  const filters = filter === undefined ? [] : [filter];
  const args = bubblewrapArguments({
    ...{ uid: user.uid, gid: user.gid, workingFolder: options.workingFolder },
    mounts: user.isOther ? mounts.map((mount) => fromStage(stage, mount)) : mounts,
    seccompDescriptor: filter === undefined ? undefined : 4,
  });
  const inputs = [Buffer.from(args.map((argument) => `${argument}\0`).join("")), ...filters];
  const status = ["--json-status-fd", String(3 + inputs.length)];
  return { inputs, args: [required(programs.bwrap), "--args", "3", ...status, "--"] };
}

export function utilLinuxStart(
  { user, stage, programs }: MechanismContext,
  options: HostProgramOptions,
): InnerStart {
  const args = utilLinuxArguments({
    ...{ stage, uid: user.uid, gid: user.gid, workingFolder: options.workingFolder },
    mounts: options.gitMounts.map((mount) => fromStage(".", mount)),
    seccomp: seccompProgram(options) ?? Buffer.alloc(0),
    programs: {
      unshare: required(programs.unshare),
      sh: required(programs.sh),
      setpriv: required(programs.setpriv),
      mount: required(programs.mount),
      umount: required(programs.umount),
      pivotRoot: required(programs.pivot_root),
      perl: required(programs.perl),
    },
  });
  return { args, inputs: [] };
}

/** The stage has each source at the place of its target. */
function fromStage(stage: string, mount: Mount): Mount {
  return mount.kind === "link" ? mount : { ...mount, source: `${stage}${mount.target}` };
}
