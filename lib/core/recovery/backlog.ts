import type { Runtime } from "../runtime/runtime.ts";

/** Says once when the write-ahead log cannot shrink, and again when it could in between. */
export function createBacklogWatch(
  { backlogBytes }: Pick<Runtime["storage"]["maintenance"], "backlogBytes">,
  reportFault: Runtime["reportFault"],
): () => Promise<void> {
  let isTold = false;
  return async () => {
    const bytes = backlogBytes();
    if (bytes > 0 && !isTold) reportFault(backlogSentence(bytes), undefined);
    isTold = bytes > 0;
  };
}

function backlogSentence(bytes: number): string {
  const megabytes = Math.ceil(bytes / 1024 ** 2);
  return (
    `${megabytes} MiB wait in chat_history.db-wal, because another process reads chat_history.db and does not stop. ` +
    "Until it does, the file grows"
  );
}
