import type { Client } from "./connect.ts";
import { Failure, UsageError } from "../failures.ts";
import type { Action, Session } from "../frame.ts";
import { isWholeId, pick, shortId } from "../ids.ts";
import { plainLine } from "../render/text/sanitise.ts";
import { subjectOf } from "../render/subject.ts";

/** Pages of 200 items that are searched for a short id. */
const pagesMax = 10;

interface Page<T> {
  items: T[];
  nextCursor: string | null;
}

/** Sessions, newest first. */
export async function recentSessions(client: Client, most = pagesMax * 200): Promise<Session[]> {
  return collect(most, (query) => client.listSessions({ query }));
}

/** Pending actions of all sessions, oldest first. */
export async function pendingActions(client: Client): Promise<Action[]> {
  return collect(pagesMax * 200, (query) => client.listActions({ query }));
}

/** The id of the session with this whole or short id, or of the newest session. */
export async function findSession(client: Client, given: string | undefined): Promise<string> {
  if (given !== undefined && isWholeId(given, "ses")) return given;
  const sessions = await recentSessions(client, given === undefined ? 1 : undefined);
  const [newest] = sessions;
  if (newest === undefined) throw new Failure('There are no sessions yet. Start one: talkcody run "…"');
  if (given === undefined) return newest.id;
  return pick(
    "session",
    given,
    sessions.map(({ id, title }) => ({ id, label: plainLine(title) })),
  );
}

/** The pending action with this whole or short id, or the only one. */
export async function findAction(client: Client, given: string | undefined): Promise<Action> {
  const actions = await pendingActions(client);
  const choices = actions.map((action) => ({ id: action.id, label: labelOf(action) }));
  if (actions.length === 0) throw new Failure("No action is pending.");
  if (given === undefined && actions.length > 1) throw new UsageError(severalText(choices));
  const id = given === undefined ? actions[0]?.id : pick("pending action", given, choices);
  const action = actions.find((one) => one.id === id);
  if (action === undefined) throw new Failure("No action is pending.");
  return action;
}

/** What an action is about, in a few words. */
export function labelOf(action: Action): string {
  return `${plainLine(action.toolName)} ${subjectOf(action.input)}`.trim().slice(0, 60);
}

function severalText(choices: { id: string; label: string }[]): string {
  const lines = choices.map(({ id, label }) => `  ${shortId(id)}  ${label}`);
  return [`${choices.length} actions are pending; name one:`, ...lines].join("\n");
}

async function collect<T>(
  most: number,
  read: (query: { limit: number; cursor?: string }) => Promise<Page<T>>,
): Promise<T[]> {
  const items: T[] = [];
  let cursor: string | null = null;
  do {
    const limit = Math.min(200, most - items.length);
    const page: Page<T> = await read({ limit, ...(cursor === null ? {} : { cursor }) });
    items.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor !== null && items.length < most);
  return items;
}
