import type { OperationId } from "../../../packages/shared/src/index.ts";
import type { Outcome } from "../report/outcome.ts";
import { type Breach, unless } from "./breach.ts";

/** What was deleted stays so. */
export function checkDeletions(outcome: Outcome): Breach[] {
  const { sessions, agents, workspaces, rows } = outcome;
  return [
    ...gone(
      outcome,
      ["deleteSession", "sessionId"],
      sessions.map(({ session }) => session),
    ),
    ...gone(outcome, ["deleteAgent", "agentId"], agents),
    ...gone(outcome, ["deleteWorkspace", "workspaceId"], workspaces),
    ...gone(
      outcome,
      ["deleteWorkspace", "workspaceId"],
      rows.variables.map(({ workspace_id: id }) => ({ id })),
    ),
    ...gone(outcome, ["deleteFile", "fileId"], rows.files),
  ];
}

function gone(
  { asked }: Outcome,
  [operationId, parameter]: [OperationId, string],
  there: readonly { id: string }[],
): Breach[] {
  const deleted = asked.filter((one) => one.operationId === operationId && one.status < 300);
  return deleted.flatMap(({ options }) => {
    const id = options.params?.[parameter];
    const what = `${operationId} of ${id} was acknowledged, and it is there`;
    return unless(!there.some((one) => one.id === id), { kind: "lost", what });
  });
}
