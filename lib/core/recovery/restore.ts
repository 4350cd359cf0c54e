import { AppError, problemOf } from "../../errors.ts";
import type { Restoration, RestorationReport } from "../../operating/restoration.ts";
import type { Journal } from "../journal/journal.ts";
import { statusEvent } from "../journal/task-records.ts";
import { createRebuildWorkspaces } from "../workspaces/rebuild-workspaces.ts";
import type { Runtime } from "../runtime/runtime.ts";
import type { TaskWorkspaces } from "../workspaces/workspaces.ts";

export interface RestoreOptions {
  runtime: Runtime;
  journal: Journal;
  workspaces: Pick<TaskWorkspaces, "change">;
}

/**
 * Makes databases that were put back from copies consistent with each other and with the disk, tells each session that
 * it concerns, and ends what must not go on by itself. Call it before anything else writes. Each step may be done again:
 * a kill on the way leaves the mark, and the next run of the server begins anew. Undefined when nothing was restored.
 */
export function createRestore({ runtime, journal, workspaces }: RestoreOptions) {
  const { storage, models } = runtime;
  const { sessions, tasks, actions, events } = storage;
  const rebuild = createRebuildWorkspaces(runtime, workspaces);

  const tell = (sessionId: string, detail: string): string => {
    storage.atomically("status.tell", () => {
      const session = sessions.outline(sessionId);
      if (session !== undefined) events.append(sessionId, [statusEvent(session, undefined, detail)]);
    });
    return sessionId;
  };

  /** It may have gone on, or ended, in the time that is lost: nothing is done twice. */
  const endTask = (taskId: string, detail: string): string => {
    const problem = problemOf(new AppError("interrupted", detail), `/v1/tasks/${taskId}`);
    journal.close(taskId, { state: "failed", problem, detail, isUncertain: true });
    return taskId;
  };

  const endTasks = ({ newest }: Restoration) => {
    const detail = lostSentence(newest.chat_history);
    const decisions = actions.pending(undefined, { limit: 1_000_000 }).length;
    return {
      tasksEnded: tasks.unfinished().map(({ id }) => endTask(id, detail)),
      decisionsWithdrawn: decisions - actions.pending(undefined, { limit: 1_000_000 }).length,
    };
  };

  const tellOfMissing = ({ facts }: Restoration) => ({
    sessionsWithoutAgent: facts
      .sessionsWithoutAgent()
      .map(({ sessionId, agentId }) =>
        tell(sessionId, `Its agent ${agentId} is not in the restored databases; the built-in one answers.`),
      ),
    sessionsWithoutModel: facts.sessionsWithModel().flatMap(({ sessionId, model }) => {
      const problem = models.problemWith(model);
      return problem === undefined ? [] : [tell(sessionId, `After a restore: ${problem}`)];
    }),
    filesWithoutBytes: facts.filesWithoutBytes(),
  });

  return async (): Promise<RestorationReport | undefined> => {
    const { restoration } = storage;
    if (restoration === null) return undefined;
    const { noticedBy, newest } = restoration;
    const report: RestorationReport = {
      ...{ restoredAt: journal.now(), noticedBy, newest },
      ...endTasks(restoration),
      ...(await rebuild(tell)),
      ...tellOfMissing(restoration),
    };
    restoration.settle(report);
    return report;
  };
}

function lostSentence(newest: string | null): string {
  const until = newest === null ? "" : ` that ends at ${newest}`;
  return (
    `The server was restored from a copy${until}. What this task did after that is unknown, so it does not go on ` +
    "by itself. Look at what is there, then send a message to go on."
  );
}
