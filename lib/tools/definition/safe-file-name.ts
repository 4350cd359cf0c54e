/** An id as a file name. Ids come from models and clients, so they must not be able to name another folder. */
export function safeFileName(id: string): string {
  return id.replace(/[^A-Za-z0-9_-]/g, "_").slice(0, 100) || "_";
}
