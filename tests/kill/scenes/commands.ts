import { calls, callsAll, says } from "../../support/models/script.ts";
import type { Visit } from "../visit.ts";

/** Commands that leave a trace each time they run, some of them slow, some with something left in the background. */
export async function commands(visit: Visit): Promise<void> {
  const { effect, random, mark } = visit;
  const endings = [
    "",
    "; sleep 0.3; echo done",
    "; echo said; sleep 0.2",
    "; sleep 31 &",
    "; setsid sleep 32 > /dev/null 2>&1 &",
    "; (setsid nohup sleep 33 > /dev/null 2>&1 &) ; sleep 0.2",
  ] as const;
  const command = () => ({ command: effect(random.pick(endings)) });
  const talk = await visit.converse(
    [calls("bash", command()), callsAll(["bash", command()], ["bash", command()]), says(`Ran ${mark()}.`)],
    { settings: { autoApproveCommands: true } },
  );
  await visit.settle(talk, [talk.taskId]);
}
