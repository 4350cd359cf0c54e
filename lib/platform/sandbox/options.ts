import type { NetworkProxy } from "../../ports/network.ts";
import type { Processes } from "../processes/processes.ts";

/** How a sandbox can be made. */
export type MechanismName = "bubblewrap" | "util-linux" | "seatbelt";

export interface SandboxOptions {
  processes: Processes;
  /** `auto`: the first mechanism whose self-test passes. A name: only that one. `off`: no protection. */
  mode: "auto" | "off" | MechanismName;
  /** A folder of the server. It gets the private homes and temporary folders of workspaces. */
  folder: string;
  /** The user under which commands run when the server is root. */
  toolUid: number;
  /** Folders of toolchains, beside those on the PATH of the environment. */
  toolPaths: readonly string[];
  /** What commands may get of the environment of the server. */
  environment: Readonly<Record<string, string>>;
  /** Where version managers keep their toolchains: RUSTUP_HOME and the like. */
  hostVariables: Readonly<Record<string, string | undefined>>;
  /** The code of the server. */
  productFolder: string;
  /** More folders that are never visible: the data of the server. */
  privateFolders: readonly string[];
  /** The name and address under which commands commit, unless a workspace says otherwise. */
  author(): Promise<{ name: string; email: string }>;
  /** The network variables of programs, which lead to the proxy. */
  proxyEnvironment: Readonly<Record<string, string>>;
  /** Serves the connections of programs. Those of a workspace end with it. */
  proxy: Pick<NetworkProxy, "handle" | "endWorkspace">;
  /** By default the one on which the server runs. */
  platform?: NodeJS.Platform;
}
