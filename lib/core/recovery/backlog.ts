import type { Runtime } from "../runtime/runtime.ts";

/** Returns a check that reports when the write-ahead log cannot shrink: once, until it can again. */
export function createBacklogWatch(
  { backlogBytes }: Pick<Runtime["storage"]["maintenance"], "backlogBytes">,
  reportFault: Runtime["reportFault"],
): () => void {
  let isReported = false;
  return () => {
    const bytes = backlogBytes();
    if (bytes > 0 && !isReported) reportFault(backlogSentence(bytes), undefined);
    isReported = bytes > 0;
  };
}

function backlogSentence(bytes: number): string {
  const megabytes = Math.ceil(bytes / 1024 ** 2);
  return (
    `${megabytes} MiB wait in chat_history.db-wal, because another process reads chat_history.db and does not stop. ` +
    "Until it does, the file grows"
  );
}
