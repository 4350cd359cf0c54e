import { loadConfig } from "../../../lib/config/config.ts";
import { stopOnSignal } from "../../../lib/server/index.ts";
import { startServer } from "../../../app/main.ts";

/** The program as it is on a host that cannot isolate commands. */
const server = await startServer({ ...loadConfig(), sandbox: "off" });
stopOnSignal(server.stop);
