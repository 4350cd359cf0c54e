import type { Schemas } from "../../../shared/src/index.ts";
import { defineCommand } from "../command.ts";
import { UsageError } from "../failures.ts";
import { plainLine } from "../render/text/sanitise.ts";
import type { Style } from "../render/style.ts";
import type { Client } from "../server/connect.ts";
import { findSession } from "../server/find.ts";

type Workspace = Schemas["Workspace"];
type Network = Schemas["WorkspaceNetwork"];

const modes = ["none", "hosts", "open"] as const;
const presets = ["registries", "repository"] as const;

export const networkCommand = defineCommand({
  summary: "show or change which hosts commands reach",
  usage: "network [SESSION | WORKSPACE] [options]",
  options: [
    ["--allow HOST", "a host, *.domain, host:port, or a preset: registries, repository"],
    ["--remove HOST", "take a host or a preset back"],
    ["--mode MODE", "none, hosts, or open: every public address"],
  ],
  accepts: {
    allow: { type: "string", multiple: true },
    remove: { type: "string", multiple: true },
    mode: { type: "string" },
  },
  wordsMax: 1,
  run: async ({ terminal, connect, json }, { values, words: [given] }) => {
    const client = connect();
    const workspaceId = await findWorkspace(client, given);
    const before = await client.getWorkspace({ params: { workspaceId } });
    const network = changed(before.network, values);
    const workspace =
      network === undefined
        ? before
        : await client.updateWorkspace({ params: { workspaceId }, body: { network } });
    if (json) terminal.out(`${JSON.stringify(workspace.network)}\n`);
    else for (const line of networkLines(workspace, terminal.style)) terminal.out(`${line}\n`);
    return 0;
  },
});

async function findWorkspace(client: Client, given: string | undefined): Promise<string> {
  if (given?.startsWith("wsp_")) return given;
  const sessionId = await findSession(client, given);
  return (await client.getSession({ params: { sessionId } })).workspaceId;
}

interface Change {
  allow?: string[] | undefined;
  remove?: string[] | undefined;
  mode?: string | undefined;
}

/** The network after the change; undefined when nothing is changed. */
function changed(network: Network, { allow = [], remove = [], mode }: Change): Network | undefined {
  if (allow.length + remove.length === 0 && mode === undefined) return undefined;
  const wanted = mode === undefined ? undefined : modes.find((known) => known === mode);
  if (mode !== undefined && wanted === undefined) throw new UsageError("--mode must be none, hosts or open.");
  const allowed = allow.map(spelled);
  const removed = new Set(remove.map(spelled));
  const isNewlyOpen = network.mode === "none" && allowed.length > 0;
  return {
    mode: wanted ?? (isNewlyOpen ? "hosts" : network.mode),
    hosts: [...network.hosts, ...allowed.filter((name) => !isPreset(name))].filter(
      (name) => !removed.has(name),
    ),
    presets: [...network.presets, ...allowed.filter(isPreset)].filter((name) => !removed.has(name)),
  };
}

function isPreset(name: string): name is (typeof presets)[number] {
  return presets.some((preset) => preset === name);
}

/** Host names are granted in lower case and punycode. What is no host name is left to the server to refuse. */
function spelled(name: string): string {
  const [, wildcard = "", host = "", port = ""] = /^(\*\.)?(.*?)(:\d+)?$/.exec(name.trim()) ?? [];
  return `${wildcard}${URL.parse(`http://${host}/`)?.hostname ?? host}${port}`;
}

const modeLines = {
  none: "Commands reach no host. Each new one is asked about.",
  hosts: "Commands reach these hosts. Each new one is asked about.",
  open: "Commands reach every public address.",
} as const satisfies Record<Network["mode"], string>;

/** What commands of the workspace reach. */
export function networkLines({ id, network, repository }: Workspace, style: Style): string[] {
  const { mode, hosts, presets: on } = network;
  const names = [
    ...on.map((preset) =>
      preset === "repository" ? `repository (${plainLine(repository ?? "none")})` : preset,
    ),
    ...hosts,
  ];
  const listed = mode === "hosts" ? names : [];
  return [
    `${style.strong(mode)}  ${style.quiet(id)}`,
    `  ${modeLines[mode]}`,
    ...listed.map((name) => `  ${style.good("✓")} ${name}`),
  ];
}
