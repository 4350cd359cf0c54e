export interface ListenAddress {
  host: string;
  port: number;
}

/** An error that says what to do when the server cannot listen. Unknown errors are returned unchanged. */
export function listenFailure(error: unknown, { host, port }: ListenAddress): unknown {
  const sentence = sentenceFor(codeOf(error), { host, port });
  return sentence === undefined ? error : new Error(sentence, { cause: error });
}

function sentenceFor(code: string, { host, port }: ListenAddress): string | undefined {
  switch (code) {
    case "EADDRINUSE":
      return `Port ${port} of ${host} is in use. Stop the program that uses it, or set PORT to another port. Without PORT, the server takes any free port.`;
    case "EACCES":
      return `This user may not use port ${port}. Set PORT to 1024 or higher.`;
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return `HOST is ${JSON.stringify(host)}, which is not an address of this machine. Use 127.0.0.1 (only this machine) or 0.0.0.0 (every network it is on).`;
    default:
      return undefined;
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}
