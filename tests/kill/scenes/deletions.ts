import type { Visit } from "../visit.ts";
import { says } from "../../support/models/script.ts";

/** Sessions and workspaces that come and go; one of each pair stays. */
export async function deletions(visit: Visit): Promise<void> {
  const { ask, mark } = visit;
  const gone = await visit.converse([says(`Soon gone: ${mark()}.`)]);
  await visit.converse([says(`Stays: ${mark()}.`)]).then((talk) => visit.settle(talk, [talk.taskId]));
  await visit.settle(gone, [gone.taskId]);
  const variables = { LEFT_BEHIND: { value: mark().repeat(4) } };
  await ask("updateWorkspace", { params: { workspaceId: gone.workspaceId }, body: { variables } });
  await ask("deleteSession", { params: { sessionId: gone.sessionId } });
  await ask("deleteWorkspace", { params: { workspaceId: gone.workspaceId }, query: { force: true } });
}
