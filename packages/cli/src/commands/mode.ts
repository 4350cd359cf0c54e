import { defineCommand, type Context } from "../command.ts";
import { UsageError } from "../failures.ts";
import { shortId } from "../ids.ts";
import type { Client } from "../server/connect.ts";
import { findSession } from "../server/find.ts";
import { type PermissionMode, permissionModeFrom } from "../server/permission-mode.ts";

export const modeCommand = defineCommand({
  summary: "show or change when you are asked: read-only, ask, sandboxed, full",
  usage: "mode [MODE | default] [--session ID | --global]",
  options: [
    ["-s, --session ID", "of this session (without it: the newest)"],
    ["-g, --global", "of all sessions that have no mode of their own"],
  ],
  accepts: { session: { type: "string", short: "s" }, global: { type: "boolean", short: "g" } },
  wordsMax: 1,
  run: async (context, { values, words: [given] }) => {
    if (values.global && values.session !== undefined)
      throw new UsageError("Give --session or --global, not both.");
    // `default` removes the mode, so that the next wider one holds.
    const change = given === undefined ? undefined : given === "default" ? null : permissionModeFrom(given);
    const client = context.connect();
    const shown = values.global
      ? await globalMode(client, change)
      : await sessionMode(client, await findSession(client, values.session), change);
    return report(context, shown);
  },
});

/** Null: no mode of its own. Undefined changes nothing. */
type Change = PermissionMode | null | undefined;

interface Shown {
  /** Of what. */
  scope: string;
  sessionId: string | null;
  own: PermissionMode | null;
  /** What holds without an own one. */
  inherited: PermissionMode | undefined;
}

async function globalMode(client: Client, change: Change): Promise<Shown> {
  const { settings, defaults } =
    change === undefined
      ? await client.getSettings()
      : await client.updateSettings({ body: { settings: { permissionMode: change } } });
  const own = settings.permissionMode ?? null;
  return { scope: "all sessions", sessionId: null, own, inherited: defaults.permissionMode };
}

async function sessionMode(client: Client, sessionId: string, change: Change): Promise<Shown> {
  const params = { sessionId };
  const { settings } =
    change === undefined
      ? await client.getSession({ params })
      : await client.updateSession({ params, body: { settings: { permissionMode: change } } });
  const { own, inherited } = await globalMode(client, undefined);
  return {
    scope: `session ${shortId(sessionId)}`,
    sessionId,
    own: settings.permissionMode ?? null,
    inherited: own ?? inherited,
  };
}

function report(
  { terminal: { out, style }, json }: Context,
  { scope, sessionId, own, inherited }: Shown,
): number {
  const mode = own ?? inherited ?? null;
  if (json) out(`${JSON.stringify({ sessionId, mode, isOwn: own !== null })}\n`);
  else out(`${scope}: ${style.strong(mode ?? "unknown")}${own === null ? style.quiet(" (default)") : ""}\n`);
  return 0;
}
