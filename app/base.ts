import type { Config } from "../lib/config/config.ts";
import { isOwnVariable } from "../lib/config/own-variables.ts";
import { createSettings } from "../lib/core/services/settings.ts";
import { createVariables } from "../lib/core/variables/variables.ts";
import type { Clock } from "../lib/ports/clock.ts";
import { triggerAt } from "../lib/ports/failpoint.ts";
import { openApiKey } from "../lib/security/api-key.ts";
import { maskedStorage } from "../lib/security/masking/masked-ports.ts";
import { createMasking } from "../lib/security/masking/masking.ts";
import { openStorage } from "../lib/storage/index.ts";
import { createDeltaWriter } from "../lib/streaming/index.ts";
import { ownSecrets } from "./own-secrets.ts";

export interface BaseOptions {
  clock: Clock;
  /** Called with a fault of the storage. By default the fault is thrown. */
  onFault?: ((error: unknown) => void) | undefined;
}

export type Base = ReturnType<typeof openBase>;

/** What every other part needs: storage, settings, secrets, and the clock that all of them read. */
export function openBase(config: Readonly<Config>, { clock, onFault }: BaseOptions) {
  const reach = triggerAt(config.failpoint, () => process.kill(process.pid, "SIGKILL"));
  const { isKey, key } = openApiKey({ dataDir: config.dataDir, configured: config.apiKey });
  const masking = createMasking();
  const own = ownSecrets(config, key);
  masking.learn(own);
  const storage = maskedStorage(openStorage({ ...config, clock, onFault, reach }), masking);
  const isProviderKey = (value: string) =>
    [...settings.providers().values()].some(({ apiKey }) => apiKey === value);
  const variables = createVariables({
    ...{
      store: storage.variables,
      settings: storage.requestDatabases.settings,
      workspaces: storage.workspaces,
    },
    ...{ masking, hostVariables: config.hostVariables, isOwnVariable },
    isOwnSecret: (value) => own.some((secret) => secret.value === value) || isProviderKey(value),
  });
  const settings = createSettings({
    store: storage.settings,
    environment: config.providers,
    defaults: config.defaultSettings,
    ...{ clock, masking, variables },
  });
  settings.providers(); // From here on their keys are masked.
  variables.learn();
  const deltas = createDeltaWriter({ log: storage.events, ...storage });
  return { clock, deltas, isKey, masking, reach, settings, storage, variables };
}
