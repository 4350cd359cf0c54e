import { createRepository } from "../../support/repository.ts";
import { calls, says } from "../../support/models/script.ts";
import type { Visit } from "../visit.ts";

/** A session in a clone that is not there yet; then the clone is brought up to date. */
export async function clones(visit: Visit): Promise<void> {
  const { ask, host, mark } = visit;
  const repository = createRepository(host.folder, { "README.md": `# ${mark()}\n` });
  const steps = [calls("readFile", { file_path: "README.md" }), says(`Read ${mark()}.`)];
  const talk = await visit.converse(steps, { workspace: { repository: repository.path } });
  await visit.settle(talk, [talk.taskId]);
  repository.commit({ "README.md": `# ${mark()}\n` });
  await ask("syncWorkspace", { params: { workspaceId: talk.workspaceId } });
}
