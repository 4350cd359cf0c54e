import type { Visit } from "../visit.ts";
import { scriptModel } from "../../support/models/script.ts";

/** A person runs tools on the host: one that acts, with or without a decision, and one that reads. */
export async function toolRuns(visit: Visit): Promise<void> {
  const { ask, effect, mark, random } = visit;
  const settings = { autoApproveCommands: random.chance(0.6) };
  const { body: session } = await ask("createSession", {
    body: { title: mark(), model: scriptModel, settings },
  });
  const sessionId = session.id;
  const follower = visit.follow(sessionId);
  const run = async (toolName: string, input: Record<string, unknown>) => {
    const { status, body } = await ask("runTool", { params: { sessionId, toolName }, body: { input } });
    if (status < 300) await visit.settle({ sessionId, follower }, [body.task.id]);
  };
  await run("bash", { command: effect(random.pick(["", "; sleep 0.2"])) });
  await run("listFiles", { directory_path: "." });
}
