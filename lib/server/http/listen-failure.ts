export interface ListenAddress {
  host: string;
  port: number;
}

/** What a person can do when the server cannot listen; what is not known stays as it came. */
export function listenFailure(error: unknown, { host, port }: ListenAddress): unknown {
  const sentence = sentenceFor(codeOf(error), { host, port });
  return sentence === undefined ? error : new Error(sentence, { cause: error });
}

function sentenceFor(code: string, { host, port }: ListenAddress): string | undefined {
  switch (code) {
    case "EADDRINUSE":
      return `Port ${port} of ${host} is in use. Stop what listens there, or set PORT to another one; without PORT any free port is taken.`;
    case "EACCES":
      return `Port ${port} may not be used by this user. Set PORT to one from 1024 on.`;
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return `HOST is ${JSON.stringify(host)}, which is no address of this machine. Use 127.0.0.1 (only this machine) or 0.0.0.0 (every network it is on).`;
    default:
      return undefined;
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}
