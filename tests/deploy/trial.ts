import { existsSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { damagesIn } from "../../lib/storage/index.ts";
import { says, script, scriptModel } from "../support/models/script.ts";
import { taskEnded, until } from "../support/until.ts";
import type { Deployment } from "./deployment.ts";
import { putUnderLoad } from "./load.ts";

export interface Trial {
  acknowledged: number;
  lost: number;
  /** From the oldest acknowledged write that is gone to the kill; 0 when none is. */
  recoveryPointMs: number;
  /** From the start on an empty volume until all databases are in place. */
  restoreMs: number;
  /** … and until the first answer. */
  upMs: number;
  /** What should not be; empty in a good trial. */
  findings: string[];
}

interface Hardship {
  loadMs: number;
  /** What is older than this when the machine dies may not be lost. */
  lostMsMax: number;
}

/** The deployment is up. It is killed under load, loses its volume, starts on a new one, and stays up. */
export async function loseTheVolume(deployment: Deployment, { loadMs, lostMsMax }: Hardship): Promise<Trial> {
  const findings: string[] = [];
  const mark = join(deployment.dataDir, "restored");
  const session = await talk(deployment);
  await pause(lostMsMax + 500); // The session is in the replica: it must be there afterwards.
  const load = putUnderLoad(deployment);
  await pause(loadMs);
  const killedAt = performance.now();
  await deployment.killAll();
  await load.end();
  deployment.loseVolume();
  if (existsSync(deployment.dataDir)) findings.push("The volume is not lost.");

  const startedAt = performance.now();
  deployment.start();
  await until("the databases are in place", () => existsSync(join(deployment.dataDir, "settings.db")), {
    withinMs: 30_000,
    seen: deployment.said,
  });
  const restoreMs = performance.now() - startedAt;
  const upMs = await deployment.up();

  await until("the server has taken the mark of the restoration away", () => !existsSync(mark), {
    seen: deployment.said,
  });
  const goesOn = await goOn(deployment, session);
  if (!goesOn) findings.push("A message to a session of before was not answered.");
  const lost = [];
  for (const write of load.acknowledged) if (!(await write.isThere())) lost.push(write.atMs);

  return {
    acknowledged: load.acknowledged.length,
    lost: lost.length,
    recoveryPointMs: lost.length === 0 ? 0 : killedAt - Math.min(...lost),
    restoreMs,
    upMs,
    findings,
  };
}

/** What is wrong with the three databases of a deployment that is stopped. */
export function damages({ dataDir }: Deployment): string[] {
  return ["chat_history", "agents", "settings"].flatMap((name) => damagesIn(join(dataDir, `${name}.db`)));
}

/** A session with one task that is done. */
export async function talk(server: Deployment): Promise<string> {
  const body = { model: scriptModel, message: { content: script(says("Hello.")) } };
  const created = await server.call("createSession", { body });
  await taskEnded(server, created.body.activeTask?.id ?? "");
  return created.body.id;
}

/** Whether a new message in the session is answered. */
export async function goOn(server: Deployment, sessionId: string): Promise<boolean> {
  const content = script(says("Still here."));
  const sent = await server.call("sendMessage", { params: { sessionId }, body: { content } });
  if (sent.status !== 202) return false;
  const ended = await taskEnded(server, sent.body.task.id);
  return ended.state === "completed";
}
