import { writeSync } from "node:fs";
import type { FastifyInstance } from "fastify";

export type MaskText = (text: string) => string;

/** Where log lines go. */
export interface LogTarget {
  write(line: string): void;
}

const standardOutput: LogTarget = {
  write: (line) => {
    try {
      writeSync(process.stdout.fd, line);
    } catch {
      // Nobody reads it any more. The server goes on.
    }
  },
};

/** Log lines with secrets masked. */
export function maskedLog(target = standardOutput, mask: MaskText = (line) => line): LogTarget {
  return { write: (line) => target.write(mask(line)) };
}

/** Masks secrets in every problem that is sent over HTTP. A marker needs no escapes, so JSON stays JSON. */
export function maskProblems(app: FastifyInstance, mask: MaskText | undefined): void {
  app.addHook("onSend", (_request, reply, payload, done) => {
    const isProblem = reply.statusCode >= 400 && typeof payload === "string";
    done(null, isProblem && mask ? mask(payload) : payload);
  });
}
