import { assemble } from "../../app/assemble.ts";
import type { Config } from "../../lib/config/config.ts";
import { AppError } from "../../lib/errors.ts";
import { endOnFault, type AnswerEvent } from "../../lib/server/index.ts";
import { faultSentence, holdDataFolder } from "../../lib/storage/index.ts";
import type { Held } from "./lease.ts";

/**
 * A server that does nothing between two requests. Throws AppError busy while another run of the server holds the data
 * folder, because a function never takes over, and after a restore, because only the always-on server can check it.
 */
export async function openFunction(config: Readonly<Config>): Promise<Held<AnswerEvent>> {
  const release = holdDataFolder(config);
  try {
    const onFault = (error: unknown) => endOnFault(faultSentence(error));
    const application = await assemble(config, { onFault, keepsEarlierRuns: true });
    const close = () => application.close().finally(release);
    if (!application.isRestored)
      return { value: await application.server.openFunction(config.functionOperation), close };
    await application.close();
    throw new AppError(
      "busy",
      "The databases were restored from copies. Start the always-on server once, so that it checks them.",
    );
  } catch (error) {
    release();
    throw error;
  }
}
