import type { Clock } from "../../ports/clock.ts";
import type { DeltaWriter } from "../../event.ts";
import type { ReachFailpoint } from "../../ports/failpoint.ts";
import type { NewId } from "../../id.ts";
import type { ModelClient } from "../../model.ts";
import type { Storage } from "../../ports/storage.ts";
import type { Toolbox, WebFetcher } from "../../tool.ts";
import type { TaskTracer } from "../../ports/tracer.ts";
import type { Git } from "../../ports/git.ts";
import type { Masking } from "../../ports/masking.ts";
import type { Variables } from "../../ports/services.ts";
import type { WorkspaceHosts } from "../../workspace.ts";

/** `refused`: the sandbox does not work here, so no command runs. `off`: it is switched off, and commands run without it. */
export type SandboxState = "on" | "refused" | "off";

/** What the agent runtime is built from. Everything outside of it is an argument, so a test can replace each part. */
export interface Runtime {
  storage: Storage;
  clock: Clock;
  newId: NewId;
  deltas: DeltaWriter;
  models: ModelClient;
  toolbox: Toolbox;
  hosts: WorkspaceHosts;
  /** Read at each decision: it may change while the server runs. */
  sandboxState(): SandboxState;
  fetcher: WebFetcher;
  git: Git;
  masking: Masking;
  variables: Variables;
  limits: {
    runningTasksMax: number;
    queuedMessagesMax: number;
    actionTimeoutMs: number;
  };
  defaultModel: string | undefined;
  allowLocalRepositories: boolean;
  reach: ReachFailpoint;
  tracer?: TaskTracer | undefined;
  /** Whether somebody follows the session now. */
  hasReaders(sessionId: string): boolean;
  /** Reports a fault that no response shows. */
  reportFault(message: string, cause: unknown): void;
}
