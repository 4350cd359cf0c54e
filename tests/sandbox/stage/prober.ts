import { setTimeout as pause } from "node:timers/promises";
import { createSession } from "../../support/conversation.ts";
import type { TrialServer } from "./server.ts";

export interface Prober {
  /** Ends it; what one of a hundred answers took longer than, and how many there were. */
  stop(): Promise<{ p99Ms: number; answers: number; failures: number }>;
}

const everyMs = 20;

/** Asks the server every 20 ms what it is, and changes the title of a session, as a client does that somebody looks at. */
export async function startProber(server: TrialServer): Promise<Prober> {
  const { id: sessionId } = await createSession(server);
  const took: number[] = [];
  let failures = 0;
  let isOver = false;
  const timed = async (request: () => Promise<{ status: number }>) => {
    const at = performance.now();
    const { status } = await request().catch(() => ({ status: 0 }));
    took.push(performance.now() - at);
    if (status !== 200) failures++;
  };
  const read = () => server.request("GET", "/v1/server");
  const write = () =>
    server.request("PATCH", `/v1/sessions/${sessionId}`, { body: { title: `Title ${took.length}` } });
  const probing = (async () => {
    while (!isOver) {
      await Promise.all([timed(read), timed(write), pause(everyMs)]);
    }
  })();
  return {
    stop: async () => {
      isOver = true;
      await probing;
      const sorted = took.toSorted((a, b) => a - b);
      return { p99Ms: sorted[Math.floor(sorted.length * 0.99)] ?? 0, answers: sorted.length, failures };
    },
  };
}
