import { assemble } from "../../app/assemble.ts";
import type { Config } from "../../lib/config/config.ts";
import { AppError } from "../../lib/errors.ts";
import { endOnFault, type AnswerEvent } from "../../lib/server/index.ts";
import { faultSentence, holdDataFolder } from "../../lib/storage/index.ts";
import type { Held } from "./lease.ts";

/**
 * A server without what is at work when nobody asks. Throws busy while another run has the data folder, since a
 * function never takes over, and after a restore, which is for the always-on server to look at.
 */
export async function openFunction(config: Readonly<Config>): Promise<Held<AnswerEvent>> {
  const release = holdDataFolder(config);
  try {
    const onFault = (error: unknown) => endOnFault(faultSentence(error));
    const house = await assemble(config, { onFault, keepsEarlierRuns: true });
    const close = () => house.close().finally(release);
    if (!house.isRestored) return { value: await house.server.openFunction(config.functionOperation), close };
    await house.close();
    throw new AppError("busy", "The databases were restored from copies. Start the always-on server once.");
  } catch (error) {
    release();
    throw error;
  }
}
