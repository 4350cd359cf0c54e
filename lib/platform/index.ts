export { createGit, type GitOptions } from "./git/git.ts";
export { removeStaleLocks } from "./git/stale-locks.ts";
export { openProcesses, type Processes } from "./processes/processes.ts";
export { openTrustedPrograms, type TrustedPrograms } from "./programs/trusted-programs.ts";
export { createRunProgramFile } from "./run-program-file.ts";
export { createWebFetcher, type WebFetcherOptions } from "./web/web-fetcher.ts";
export { createWorkspaceHosts, type WorkspaceHostsOptions } from "./workspace-hosts.ts";
