import { calls, callsAll, says } from "../../support/models/script.ts";
import type { Visit } from "../visit.ts";

/** Reads side by side, writes and edits: what was told as done is in the file. */
export async function files(visit: Visit): Promise<void> {
  const { mark, random } = visit;
  const [name, before, after] = [`${mark()}.txt`, mark(), mark()];
  const bulk = "line of text\n".repeat(random.between(1, 300));
  const talk = await visit.converse(
    [
      calls("writeFile", { file_path: name, content: `${bulk}${before}\n` }),
      calls("editFile", { file_path: name, edits: [{ old_string: before, new_string: after }] }),
      callsAll(
        ["readFile", { file_path: name }],
        ["listFiles", { directory_path: "." }],
        ["glob", { pattern: "*.txt" }],
      ),
      says(`Wrote ${mark()}.`),
    ],
    { settings: { autoApproveEdits: true } },
  );
  await visit.settle(talk, [talk.taskId]);
}
