import { randomUUID } from "node:crypto";
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Probe } from "./probes.ts";

/** What the probes look for: listeners, files and folders that are made for them. */
export interface ProbePlace {
  workspaceId: string;
  root: string;
  /** What must not be seen: by the paths before and after the parent folder was moved. */
  secrets: string[];
  port: number;
  socket: string;
  hostFile: string;
  /** A connection from inside counts as a failed probe. */
  hits(probes: Probe[]): Probe[];
  close(): void;
}

/** `folder` is one of the server. `give` gives an entry to the user under which commands run. */
export async function preparePlace({
  folder,
  give,
}: {
  folder: string;
  give(path: string): void;
}): Promise<ProbePlace> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const base = mkdtempSync(join(folder, "probe-"));
  const outside = mkdtempSync(join(tmpdir(), "talkcody-probe-"));
  const root = prepareWorkspace(join(base, "before"), give);
  const moved = join(base, "moved");
  renameSync(join(base, "before"), moved); // As a command once did, to get at what only the old path covered.
  mkdirSync(join(base, "before"));
  const hostFile = join(outside, "file");
  writeFileSync(hostFile, "of the host", { mode: 0o644 });
  const [tcp, unix] = [createServer(), createServer()];
  let connections = 0;
  for (const server of [tcp, unix]) server.on("connection", (socket) => (connections++, socket.destroy()));
  const socket = join(outside, "socket");
  const port = await listening(tcp, 0);
  await listening(unix, socket);
  return {
    workspaceId: `wsp_0000probe${randomUUID().replaceAll("-", "").slice(0, 8)}`,
    root: root.replace(join(base, "before"), moved),
    secrets: [join(moved, "data/secret"), join(base, "before/data/secret"), join(moved, "data"), folder],
    ...{ port, socket, hostFile },
    hits: (probes) => (connections === 0 ? probes : probes.map(reached)),
    close: () => {
      tcp.close();
      unix.close();
      rmSync(base, { recursive: true, force: true });
      rmSync(outside, { recursive: true, force: true });
    },
  };
}

/** A workspace with a repository, beside a folder with a secret. */
function prepareWorkspace(parent: string, give: (path: string) => void): string {
  const root = join(parent, "workspace");
  mkdirSync(join(root, ".git/hooks"), { recursive: true });
  mkdirSync(join(parent, "data"));
  writeFileSync(join(parent, "data/secret"), "secret", { mode: 0o644 });
  writeFileSync(join(root, "given"), "given");
  writeFileSync(join(root, ".git/config"), "[core]\n");
  for (const path of ["", "given", ".git", ".git/hooks", ".git/config"]) give(join(root, path));
  return root;
}

function reached(probe: Probe): Probe {
  if (probe.name !== "network") return probe;
  return { ...probe, passed: false, detail: "A listener of the host was reached." };
}

function listening(server: Server, where: number | string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    const done = () => {
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : 0);
    };
    if (typeof where === "number") server.listen(where, "127.0.0.1", done);
    else server.listen(where, done);
  });
}
