import type { Schemas } from "../../../shared/src/index.ts";
import { UsageError } from "../failures.ts";

export const sessionOptions = {
  repo: { type: "string" },
  branch: { type: "string" },
  workspace: { type: "string" },
  model: { type: "string", short: "m" },
  title: { type: "string" },
} as const;

export const sessionOptionLines: [string, string][] = [
  ["--repo URL", "clone this repository as the workspace"],
  ["--branch B", "check out this branch"],
  ["--workspace ID", "use an existing workspace"],
  ["-m, --model M", "for example gpt-5-mini@openai; `talkcody models` lists them"],
  ["--title T", "name the session"],
];

export interface SessionValues {
  repo?: string | undefined;
  branch?: string | undefined;
  workspace?: string | undefined;
  model?: string | undefined;
  title?: string | undefined;
}

/** The request for a session with these options. Throws UsageError when they contradict each other. */
export function sessionRequest(values: SessionValues): Schemas["CreateSession"] {
  const { repo, branch, workspace, model, title } = values;
  if (repo !== undefined && workspace !== undefined)
    throw new UsageError("Give --repo or --workspace, not both.");
  if (branch !== undefined && repo === undefined) throw new UsageError("--branch needs --repo.");
  return {
    ...(repo === undefined
      ? {}
      : { workspace: { repository: repo, ...(branch === undefined ? {} : { branch }) } }),
    ...(workspace === undefined ? {} : { workspaceId: workspace }),
    ...(model === undefined ? {} : { model }),
    ...(title === undefined ? {} : { title }),
  };
}
