import { fileBytesMax } from "../host/host.ts";
import type { Visit } from "../visit.ts";

/** What is refused has left nothing behind: a file over the limit, a tool in a session that is at work. */
export async function refusals(visit: Visit): Promise<void> {
  const { ask, effect, mark } = visit;
  const body = Buffer.alloc(fileBytesMax + 1, "x");
  await ask("uploadFile", { query: { filename: `${mark()}.bin` }, body });
  const talk = await visit.converse([{ text: `${mark()} is said. `.repeat(8), tokensPerSecond: 80 }]);
  await visit.spoken(talk);
  const params = { sessionId: talk.sessionId, toolName: "bash" };
  const { status, body: run } = await ask("runTool", { params, body: { input: { command: effect() } } });
  await visit.settle(talk, [talk.taskId, ...(status < 300 ? [run.task.id] : [])]);
}
