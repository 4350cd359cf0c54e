/** Whether a request failed because the server was gone before it had answered. supertest keeps the code of a refused connection in the message only. */
export function isLineCut(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = "code" in error ? String(error.code) : error.message.split(":", 1)[0];
  return code !== undefined && ["ECONNREFUSED", "ECONNRESET", "EPIPE"].includes(code);
}
