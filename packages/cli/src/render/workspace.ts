import type { Schemas } from "../../../shared/src/index.ts";
import type { Page } from "./page.ts";
import { plainLine } from "./text/sanitise.ts";
import type { Style } from "./style.ts";

type Workspace = Schemas["Workspace"];

/** How a clone proceeds: one line when it starts, one when it ends. */
export interface WorkspaceLines {
  /** The state that the first line does not tell of. */
  know(workspace: Workspace): void;
  update(workspace: Workspace): void;
}

export function createWorkspaceLines(page: Page, style: Style): WorkspaceLines {
  let shown = "";
  return {
    know: ({ id, state }) => void (shown ||= `${id} ${state}`),
    update: (workspace) => {
      const current = `${workspace.id} ${workspace.state}`;
      if (workspace.kind === "scratch" || current === shown) return;
      shown = current;
      page.block("note");
      page.line(lineOf(workspace, style));
    },
  };
}

function lineOf({ repository, branch, head, state, error }: Workspace, style: Style): string {
  const name = plainLine(repository ?? "");
  const at = [branch, head?.slice(0, 7)].filter(Boolean).join(" ");
  if (state === "cloning") return style.quiet(`cloning ${name} …`);
  if (state === "ready")
    return `${style.good("✓")} ${style.quiet(`cloned ${name}${at ? ` (${plainLine(at)})` : ""}`)}`;
  return `${style.bad("✗")} ${plainLine(error?.detail ?? "the clone failed")}`;
}
