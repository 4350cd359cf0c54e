import type { CommandResult, Shell } from "../../../lib/workspace.ts";
import type { Life } from "../life.ts";
import type { Stage } from "../stage.ts";

type Run = Parameters<Shell["run"]>[0];

/** Commands that do nothing but count how often they were begun, and end as the seed draws. */
export function createShell(
  life: Life,
  stage: Stage,
  { keepLog, connect }: Pick<Surroundings, "keepLog" | "connect">,
): Shell {
  return {
    run: async (run) => {
      const leave = life.guarded(() => begin(run.command, life, stage));
      try {
        return await act(run, { life, stage, keepLog, connect });
      } finally {
        leave();
      }
    },
  };
}

function begin(command: string, life: Life, stage: Stage): () => void {
  life.checkApproval(command);
  stage.intents.start(command);
  if (stage.sabotage.runsTwice) stage.intents.start(command);
  return life.loops.enter(stage.intents.sessionOf(command) ?? command, command);
}

interface Surroundings {
  life: Life;
  stage: Stage;
  keepLog(path: string, text: string): void;
  /** A connection of the command to a host. */
  connect(host: string, signal: AbortSignal): Promise<void>;
}

async function act(run: Run, { life, stage, keepLog, connect }: Surroundings): Promise<CommandResult> {
  const { time, faults, random } = stage;
  const { command, signal } = run;
  try {
    await time.turn(life, `${command} begins`, signal);
    for (let more = random.below(4); more > 0; more--)
      await connect(`host-${random.below(3)}.example`, signal);
    if (stage.sabotage.sleepsIn) await time.clock(life).sleep(Infinity, signal);
    const isLoud = faults.strikes("huge output", 0.03);
    const said = isLoud ? `${command} says much `.repeat(3000) : `${command} says ${random.below(10)}\n`;
    keepLog(`${run.logPrefix}.stdout.log`, said);
    run.onOutput("stdout", said);
    await time.turn(life, `${command} ends`, signal);
    if (faults.strikes("tool throws", 0.03)) throw new Error("The shell broke.");
    if (faults.strikes("command timeout", 0.04)) {
      await time.clock(life).sleep(run.timeoutMs, signal);
      return result(said, { exitCode: null, signal: "SIGKILL", ended: "timeout" });
    }
    if (faults.strikes("command killed", 0.03)) return result(said, { exitCode: null, signal: "SIGKILL" });
    if (faults.strikes("non-zero exit", 0.1)) return result(said, { exitCode: 2 });
    return result(said, {});
  } catch (error) {
    if (signal.aborted) return result("", { exitCode: null, signal: "SIGTERM", ended: "cancelled" });
    throw error;
  }
}

function result(stdout: string, end: Partial<CommandResult>): CommandResult {
  return {
    exitCode: 0,
    signal: null,
    ended: null,
    limit: null,
    stdout,
    stderr: "",
    isStdoutCut: false,
    isStderrCut: false,
    stdoutBytes: stdout.length,
    stderrBytes: 0,
    durationMs: 1,
    ...end,
  };
}
