import { calls, callsAll, says } from "../../support/models/script.ts";
import type { Visit } from "../visit.ts";

/** Commands and edits that a person decides about, one by one and several of one answer. */
export async function approvals(visit: Visit): Promise<void> {
  const { effect, mark } = visit;
  const talk = await visit.converse([
    calls("bash", { command: effect() }),
    callsAll(["bash", { command: effect() }], ["writeFile", { file_path: `${mark()}.txt`, content: mark() }]),
    says(`Decided ${mark()}.`),
  ]);
  await visit.settle(talk, [talk.taskId]);
}
