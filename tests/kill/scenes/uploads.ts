import type { Visit } from "../visit.ts";

/** Files of a few sizes; some go along with a message, some are deleted again. */
export async function uploads(visit: Visit): Promise<void> {
  const { ask, mark, random } = visit;
  const upload = async () => {
    const body = random.bytes(random.between(0, 60_000));
    return (await ask("uploadFile", { query: { filename: `${mark()}.bin` }, body })).body;
  };
  const [kept, dropped] = [await upload(), await upload()];
  const body = { title: mark(), model: "echo@scripted", message: { content: mark(), fileIds: [kept.id] } };
  const { body: session } = await ask("createSession", { body });
  const follower = visit.follow(session.id);
  await ask("deleteFile", { params: { fileId: dropped.id } });
  await visit.settle({ sessionId: session.id, follower }, [session.activeTask?.id ?? ""]);
}
