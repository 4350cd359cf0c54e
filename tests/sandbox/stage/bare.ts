import { text } from "node:stream/consumers";
import { environmentOf } from "./environment.ts";
import { spawnAs, type TrialServer } from "./server.ts";

/**
 * Runs the command outside of the sandbox, as the user of the server: what it prints on both outputs. An attack that fails
 * here too proves nothing, so each test of a refusal runs it here first.
 */
export async function bare(
  { setting, planted, home }: Pick<TrialServer, "setting" | "planted" | "home">,
  command: string,
): Promise<string> {
  const options = { cwd: home, env: environmentOf(setting, planted) };
  const { stdout, stderr } = spawnAs(setting, {
    program: ["timeout", "60", "bash", "-c", command],
    ...options,
  });
  if (stdout === null || stderr === null) throw new Error("A command has no outputs.");
  const outputs = await Promise.all([text(stdout), text(stderr)]);
  return outputs.join("");
}
