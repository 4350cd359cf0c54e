import { AppError, problemOf } from "../../errors.ts";
import type { Journal } from "../journal/journal.ts";
import { statusEvent } from "../journal/task-records.ts";
import type { Restoration, RestorationReport } from "../../operating/restoration.ts";
import { timestamp } from "../../ports/clock.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { rebuildWorkspaces } from "../workspaces/rebuild-workspaces.ts";

export interface RestoreContext {
  runtime: Pick<Runtime, "clock" | "git" | "models" | "storage">;
  journal: Pick<Journal, "end">;
}

/**
 * After the databases were restored from copies, makes them consistent with each other and with the disk, reports to each
 * session what it lost, and ends tasks that must not go on by themselves. Call it before anything else writes. Every step
 * can be repeated: after a kill the restoration is still marked, and the next run of the server does all of it again.
 * Undefined when nothing was restored.
 */
export async function restore(context: RestoreContext): Promise<RestorationReport | undefined> {
  const { clock, storage } = context.runtime;
  const { restoration } = storage;
  if (restoration === null) return undefined;
  const { noticedBy, newest } = restoration;
  const reportStatus = (sessionId: string, detail: string) => reportToSession(context, sessionId, detail);
  const report: RestorationReport = {
    ...{ restoredAt: timestamp(clock.now()), noticedBy, newest },
    ...endTasks(context, restoration),
    ...(await rebuildWorkspaces({ ...context, reportStatus })),
    ...reportMissing(context, restoration),
  };
  restoration.settle(report);
  return report;
}

function reportToSession({ runtime: { storage } }: RestoreContext, sessionId: string, detail: string): void {
  storage.atomically("status.tell", () => {
    const session = storage.sessions.outline(sessionId);
    if (session !== undefined) storage.events.append(sessionId, [statusEvent(session, undefined, detail)]);
  });
}

/** A task may have gone on or ended in the time that is lost. It ends here, so that nothing is done twice. */
function endTasks({ runtime: { storage }, journal }: RestoreContext, { newest }: Restoration) {
  const countPending = () => storage.actions.pending(undefined, { limit: 1_000_000 }).length;
  const detail = lostSentence(newest.chat_history);
  const pendingBefore = countPending();
  const tasksEnded = storage.tasks.unfinished().map(({ id }) => {
    const problem = problemOf(new AppError("interrupted", detail), `/v1/tasks/${id}`);
    journal.end(id, { state: "failed", problem, detail, isUncertain: true });
    return id;
  });
  return { tasksEnded, decisionsWithdrawn: pendingBefore - countPending() };
}

function lostSentence(newest: string | null): string {
  const until = newest === null ? "" : ` that ends at ${newest}`;
  return (
    `The server was restored from a copy${until}. What this task did after that is unknown, so it does not go on ` +
    "by itself. Look at what is there, then send a message to go on."
  );
}

/** Finds what sessions refer to and the databases or the disk do not have. */
function reportMissing(context: RestoreContext, { facts }: Restoration) {
  const { models } = context.runtime;
  const sessionsWithoutAgent = facts.sessionsWithoutAgent().map(({ sessionId, agentId }) => {
    const detail = `Its agent ${agentId} is not in the restored databases; the built-in one answers.`;
    reportToSession(context, sessionId, detail);
    return sessionId;
  });
  const sessionsWithoutModel = facts.sessionsWithModel().flatMap(({ sessionId, model }) => {
    const problem = models.problemWith(model);
    if (problem === undefined) return [];
    reportToSession(context, sessionId, `After a restore: ${problem}`);
    return [sessionId];
  });
  return { sessionsWithoutAgent, sessionsWithoutModel, filesWithoutBytes: facts.filesWithoutBytes() };
}
