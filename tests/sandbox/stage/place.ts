import { execFileSync } from "node:child_process";
import { join } from "node:path";
import type { Schemas } from "../../../packages/shared/src/index.ts";
import type { TestAnswer } from "../../support/clients/caller.ts";
import { createSession } from "../../support/conversation.ts";
import { createRepository } from "../../support/repository.ts";
import { prepared } from "../../support/workspaces.ts";
import type { TrialServer } from "./server.ts";

/** A session in a workspace of its own. */
export interface Place {
  sessionId: string;
  workspaceId: string;
  /** The workspace, seen from outside. */
  folder: string;
  /** Runs a command there; throws when the server asks or refuses instead. */
  run(command: string): Promise<Ran>;
  /** The same for Python, which says what no shell can. */
  python(code: string): Promise<Ran>;
  /** Any tool. The answer as it is, a question or a refusal included. */
  tool(toolName: string, input: unknown): Promise<TestAnswer<Schemas["ToolRun"]>>;
}

export interface Ran {
  isError: boolean;
  exitCode: number | null;
  stdout: string;
  stderr: string;
  /** Which limit ended it; undefined when none did. */
  limit: unknown;
  /** Everything that the model gets. */
  all: string;
}

export interface PlaceOptions {
  /** Of a repository; a scratch workspace without them. */
  files?: Record<string, string>;
  settings?: Schemas["SettingsPatch"];
}

/** Inside the sandbox nothing asks by default; the attacks do not depend on that. */
const unasked: Schemas["SettingsPatch"] = { autoApproveCommands: true, autoApproveEdits: true };

export async function openPlace(
  server: TrialServer,
  { files, settings = unasked }: PlaceOptions = {},
): Promise<Place> {
  const repository = files && repositoryOf(server, files);
  const workspace = await server.call("createWorkspace", {
    body: repository === undefined ? {} : { repository },
  });
  const { state, error } = await prepared(server, workspace.body.id);
  if (state !== "ready") throw new Error(`The workspace is ${state}: ${JSON.stringify(error)}`);
  const session = await createSession(server, { workspaceId: workspace.body.id });
  return placeIn(server, session, settings);
}

/** Commits the files to a repository that belongs to the user of the server; gives its path. */
export function repositoryOf(
  { setting }: Pick<TrialServer, "setting">,
  files: Record<string, string>,
): string {
  const { path } = createRepository(join(setting.folder, "home"), files);
  if (process.getuid?.() === 0) execFileSync("chown", ["--recursive", `${setting.uid}:${setting.uid}`, path]);
  return path;
}

export async function placeIn(
  server: TrialServer,
  { id: sessionId, workspaceId }: Schemas["Session"],
  settings: Schemas["SettingsPatch"],
): Promise<Place> {
  if (settings !== undefined)
    await server.call("updateSession", { params: { sessionId }, body: { settings } });
  const tool = (toolName: string, input: unknown) =>
    server.call("runTool", { params: { sessionId, toolName }, body: { input } });
  const run = async (command: string) => {
    const { status, body, bytes } = await tool("bash", { command });
    if (status !== 200) throw new Error(`Expected the command to run, came ${status} ${bytes.toString()}`);
    return ranOf(body);
  };
  return {
    sessionId,
    workspaceId,
    folder: join(server.dataDir, "workspaces", workspaceId),
    run,
    python: (code) => run(`/usr/bin/python3 - <<'PYTHON'\n${code}\nPYTHON`),
    tool,
  };
}

export function ranOf({ output, isError }: Pick<Schemas["ToolRun"], "output" | "isError">): Ran {
  const fields = (output ?? {}) as Record<string, unknown>;
  const text = (name: string) => (typeof fields[name] === "string" ? fields[name] : "");
  return {
    isError,
    exitCode: typeof fields["exit_code"] === "number" ? fields["exit_code"] : null,
    stdout: text("output"),
    stderr: text("error"),
    limit: fields["limit"],
    all: JSON.stringify(output),
  };
}
