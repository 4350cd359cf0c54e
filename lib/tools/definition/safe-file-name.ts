/** An id as a file name. Ids come from models and clients: nothing of them may lead to another folder. */
export function safeFileName(id: string): string {
  return id.replace(/[^A-Za-z0-9_-]/g, "_").slice(0, 100) || "_";
}
