import type { RestorationReport } from "../../operating/restoration.ts";

/** What a restore found, in one paragraph for the person who started the server. */
export function restorationSummary(report: RestorationReport): string {
  const { newest } = report;
  const points = Object.entries(newest).map(([name, at]) => `${name}.db ${at ?? "(empty)"}`);
  const found = [
    counted(report.tasksEnded, "task had not ended and was ended", "tasks had not ended and were ended"),
    counted(report.workspacesCloned, "workspace is cloned again", "workspaces are cloned again"),
    counted(
      report.workspacesEmptied,
      "scratch workspace lost its files",
      "scratch workspaces lost their files",
    ),
    counted(
      report.foldersUnknown,
      "folder belongs to no workspace and stays",
      "folders belong to no workspace and stay",
    ),
    counted(report.foldersSetAside, "broken folder was set aside", "broken folders were set aside"),
    counted(report.sessionsWithoutAgent, "session lost its agent", "sessions lost their agent"),
    counted(
      report.sessionsWithoutModel,
      "session names a model that is gone",
      "sessions name a model that is gone",
    ),
    counted(report.filesWithoutBytes, "file has no bytes here", "files have no bytes here"),
  ].flat();
  return (
    `The databases were restored (${report.noticedBy}). Newest in each: ${points.join(", ")}. ` +
    `What happened after that is lost or unknown. ${found.length === 0 ? "Nothing else was wrong" : found.join("; ")}. ` +
    "Clients load their sessions again. restored.json in the data folder names each."
  );
}

function counted(ids: readonly string[], one: string, many: string): string[] {
  return ids.length === 0 ? [] : [`${ids.length} ${ids.length === 1 ? one : many}`];
}
