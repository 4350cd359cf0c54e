import { commandSeconds } from "../model/keys.ts";
import { pause, within } from "../monotonic.ts";
import { isAlive, processesOf } from "../targets/process.ts";
import type { RunningTarget } from "../targets/target.ts";

export async function lostDeltas(target: RunningTarget): Promise<number[]> {
  const sessionId = await target.createSession();
  const ended = Promise.withResolvers<void>();
  let text = "";
  const listener = {
    onText: (piece: string) => (text += piece),
    onIdle: () => {
      if (text !== "") ended.resolve();
    },
  };
  const following = await target.follow(sessionId, listener, "now");
  await target.send(sessionId, "stream-300-100");
  await pause(1000);
  await following.interrupt(500);
  await within(10_000, ended.promise, "The end of the turn");
  following.close();
  const seen = text.split(" ").filter((token) => /^\d+:\d+\.\d\d$/.test(token));
  return [300 - new Set(seen).size];
}

export async function orphans(target: RunningTarget): Promise<number[]> {
  const words = ["sleep", `${commandSeconds}.${process.pid}`];
  const sessionId = await target.createSession();
  await target.send(sessionId, `command-${commandSeconds}`);
  for (let waited = 0; processesOf(...words).length === 0; waited += 50) {
    if (waited > 5000) throw new Error("The command never ran.");
    await pause(50);
  }
  await target.stop("SIGTERM");
  await pause(1000);
  const left = processesOf(...words).filter(isAlive);
  for (const pid of left) process.kill(pid, "SIGKILL");
  return [left.length];
}
