import { afterEach, expect, test } from "vitest";
import { converse } from "../../support/conversation.ts";
import { calls, says } from "../../support/models/script.ts";
import { processesEnd, processesWith } from "../../support/server/processes.ts";
import { taskEnded, until } from "../../support/until.ts";
import { startTrialServer, type TrialServer } from "../stage/server.ts";

// A32: fifty daemons that leave their parents, their sessions and their groups.
const mark = `sleep 83.${process.pid}`;
const daemons = `
for i in $(seq 12); do (setsid sh -c '(trap "" TERM HUP INT; ${mark}1 & ${mark}2) &' &); (nohup sh -c '${mark}3 & ${mark}4' >/dev/null 2>&1 &); done
${mark}5 & ${mark}6 & wait`;

let server: TrialServer;
afterEach(() => server.stop());

test.each(["its task is cancelled", "its time is over", "the server is killed", "the server stops"])(
  "no daemon is left a second after %s",
  async (how) => {
    server = await startTrialServer();
    const settings = {
      autoApproveCommands: true,
      ...(how === "its time is over" ? { commandTimeoutMs: 4000 } : {}),
    };
    const { taskId } = await converse(server, [calls("bash", { command: daemons }), says("Done.")], {
      settings,
    });
    const running = await until("the daemons run", () => {
      const found = processesWith(mark);
      return found.length >= 50 && found.length;
    });
    expect(running).toBeGreaterThanOrEqual(50);
    await ways[how]?.(taskId);
    const at = performance.now();
    await processesEnd(mark);
    expect(performance.now() - at).toBeLessThan(1000);
  },
);

const ways: Record<string, (taskId: string) => Promise<unknown>> = {
  "its task is cancelled": async (taskId) => {
    await server.call("updateTask", { params: { taskId }, body: { state: "cancelled" } });
    return taskEnded(server, taskId);
  },
  "its time is over": (taskId) => taskEnded(server, taskId),
  "the server is killed": () => server.end("SIGKILL"),
  "the server stops": () => server.end("SIGTERM"),
};
