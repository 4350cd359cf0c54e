import type { Visit } from "../visit.ts";
import { approvals } from "./approvals.ts";
import { cancels } from "./cancels.ts";
import { clones } from "./clones.ts";
import { commands } from "./commands.ts";
import { deletions } from "./deletions.ts";
import { failures } from "./failures.ts";
import { files } from "./files.ts";
import { hosts } from "./hosts.ts";
import { profiles } from "./profiles.ts";
import { questions } from "./questions.ts";
import { refusals } from "./refusals.ts";
import { speech } from "./speech.ts";
import { toolRuns } from "./tool-runs.ts";
import { uploads } from "./uploads.ts";

/** What a client does; it ends when everything it asked for has come to its end. */
export type Scene = (visit: Visit) => Promise<void>;

export const scenes = {
  speech,
  files,
  hosts,
  commands,
  approvals,
  questions,
  toolRuns,
  uploads,
  profiles,
  refusals,
  failures,
  cancels,
  clones,
  deletions,
} satisfies Record<string, Scene>;

export type SceneName = keyof typeof scenes;
