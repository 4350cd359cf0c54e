import type { Schemas } from "../../../shared/src/index.ts";
import type { Client } from "./connect.ts";
import { findSession } from "./find.ts";
import type { Task } from "../frame.ts";
import { permissionModeFrom } from "./permission-mode.ts";
import type { SessionValues } from "./session-request.ts";

export interface Started {
  sessionId: string;
  task: Task;
  /** Cursor: the stream after it shows all that follows. */
  after?: string;
}

export interface RunValues extends SessionValues {
  session?: string | undefined;
  yes?: boolean | undefined;
  plan?: boolean | undefined;
  mode?: string | undefined;
}

/** Starts a session with its first message. */
export async function startNew(client: Client, body: Schemas["CreateSession"]): Promise<Started> {
  const session = await client.createSession({ body });
  const task = session.activeTask ?? (await latestTask(client, session.id));
  return { sessionId: session.id, task };
}

/** Settings that hold for the task of the message only. Throws UsageError for a mode that does not exist. */
export function settingsOf({ yes, plan, mode }: RunValues): Schemas["Settings"] {
  const permissionMode = yes ? "full" : mode === undefined ? undefined : permissionModeFrom(mode);
  return {
    ...(permissionMode === undefined ? {} : { permissionMode }),
    ...(plan ? { planMode: true } : {}),
  };
}

/** Sends the message to an existing session. The task may be one that runs already and reads the message. */
export async function startIn(client: Client, text: string, values: RunValues): Promise<Started> {
  const sessionId = await findSession(client, values.session);
  const settings = {
    ...(values.model === undefined ? {} : { model: values.model }),
    ...settingsOf(values),
  };
  const { task, eventsAfter } = await client.sendMessage({
    params: { sessionId },
    body: { content: text, ...(Object.keys(settings).length > 0 ? { settings } : {}) },
  });
  return { sessionId, task, after: eventsAfter };
}

/** For a task so quick that it has ended already. */
async function latestTask(client: Client, sessionId: string): Promise<Task> {
  const { items } = await client.listTasks({ query: { sessionId, limit: 1 } });
  const [task] = items;
  if (task === undefined) throw new Error(`Session ${sessionId} has no task.`);
  return task;
}
