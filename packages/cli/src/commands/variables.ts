import type { Schemas } from "../../../shared/src/index.ts";
import type { Context } from "../command.ts";
import { defineCommand } from "../command.ts";
import { UsageError } from "../failures.ts";
import { pick } from "../ids.ts";
import { plainLine } from "../render/text/sanitise.ts";
import { table } from "../render/table.ts";
import type { Client } from "../server/connect.ts";
import { readSecret } from "../terminal/read-secret.ts";

export const variablesCommand = defineCommand({
  summary: "show, set and remove variables of commands",
  usage: "variables [set NAME | remove NAME … | pass NAME … | hide NAME …] [--workspace ID] [--plain VALUE]",
  options: [
    ["set NAME", "a secret: typed without being shown, or read from standard input"],
    ["--plain VALUE", "with set: a value that everybody may see"],
    ["remove NAME …", "remove variables"],
    ["pass NAME …", "let commands have these variables of the server's own environment"],
    ["hide NAME …", "no longer let commands have them"],
    ["-w, --workspace ID", "variables of one workspace instead of all"],
  ],
  accepts: { workspace: { type: "string", short: "w" }, plain: { type: "string" } },
  wordsMax: 100,
  run: async (context, { values, words: [action = "list", ...names] }) => {
    const client = context.connect();
    const place = await placeOf(client, values.workspace);
    const change = await changeFrom(context, { action, names, plain: values.plain, place });
    show(context, change === undefined ? await place.read() : await place.write(change));
    return 0;
  },
});

/** What is shown. */
interface Shown {
  variables: Schemas["Variables"];
  /** Undefined for a workspace, which passes none of its own. */
  passed?: string[];
}

type Change = Pick<Schemas["GlobalSettingsPatch"], "variables" | "passedVariables">;

/** Variables of all workspaces, or of one. */
interface Place {
  isWorkspace: boolean;
  read(): Promise<Shown>;
  write(change: Change): Promise<Shown>;
}

async function placeOf(client: Client, given: string | undefined): Promise<Place> {
  if (given === undefined) {
    const shown = ({ variables, passedVariables: passed }: Schemas["GlobalSettings"]) => ({
      variables,
      passed,
    });
    return {
      isWorkspace: false,
      read: async () => shown(await client.getSettings()),
      write: async (body) => shown(await client.updateSettings({ body })),
    };
  }
  const { items } = await client.listWorkspaces({ query: { limit: 200 } });
  const choices = items.map(({ id, repository }) => ({ id, label: repository ?? "scratch" }));
  const params = { workspaceId: pick("workspace", given, choices) };
  const read = async () => ({ variables: await client.getWorkspaceVariables({ params }) });
  return {
    isWorkspace: true,
    read,
    write: async ({ variables = {} }) => {
      await client.updateWorkspace({ params, body: { variables } });
      return read();
    },
  };
}

interface Wish {
  action: string;
  names: string[];
  plain: string | undefined;
  place: Place;
}

/** Undefined: only show them. Throws UsageError for what is not understood. */
async function changeFrom(
  { terminal }: Context,
  { action, names, plain, place }: Wish,
): Promise<Change | undefined> {
  const [first, second] = names;
  if (plain !== undefined && action !== "set") throw new UsageError("--plain belongs to set.");
  if (action === "list") return undefined;
  if (first === undefined) throw new UsageError(`Name the variable: talkcody variables ${action} NAME`);
  switch (action) {
    case "set": {
      if (second !== undefined) throw new UsageError(secretInArguments);
      const value = plain ?? (await readSecret(terminal, `Value of ${first} (not shown): `));
      return { variables: { [first]: { value, secret: plain === undefined } } };
    }
    case "remove":
      return { variables: Object.fromEntries(names.map((name) => [name, null])) };
    case "pass":
    case "hide":
      return { passedVariables: await passedAfter(action, names, place) };
    default:
      throw new UsageError(`Unknown word ${JSON.stringify(action)}: say set, remove, pass or hide.`);
  }
}

const secretInArguments =
  "A secret is not given as an argument, because other programs can see it there. Leave it out and type it, or pipe it in. For a value that everybody may see use --plain VALUE.";

async function passedAfter(action: "pass" | "hide", names: string[], place: Place): Promise<string[]> {
  if (place.isWorkspace) throw new UsageError(`${action} holds for all workspaces; leave out --workspace.`);
  const { passed = [] } = await place.read();
  return action === "pass"
    ? [...new Set([...passed, ...names])]
    : passed.filter((name) => !names.includes(name));
}

function show({ terminal, json }: Context, { variables, passed = [] }: Shown): void {
  if (json) return terminal.out(`${JSON.stringify({ variables, passedVariables: passed })}\n`);
  const rows = [
    ...Object.entries(variables).map(([name, variable]) => [name, plainLine(valueOf(variable))]),
    ...passed.map((name) => [name, "passed from the server's environment"]),
  ];
  const { style, out } = terminal;
  if (rows.length === 0) return out(`${style.quiet("No variables. Set one: talkcody variables set NAME")}\n`);
  const columns = [
    { title: "NAME", paint: style.strong },
    { title: "VALUE", shrinks: true },
  ];
  for (const line of table(columns, rows, { style, width: terminal.columns() })) out(`${line}\n`);
}

function valueOf({ secret, value, last4 }: Schemas["Variable"]): string {
  if (!secret) return value ?? "";
  return last4 === null ? "secret" : `secret, ends with ${last4}`;
}
