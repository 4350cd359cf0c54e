/** A variable that a person set for commands. */
export interface StoredVariable {
  name: string;
  value: string;
  isSecret: boolean;
}

/** Of which commands: those of one workspace, or of all. */
export type VariableScope = { workspaceId: string } | "all";

/** Variables of commands in settings.db, also those of workspaces: no other database holds a secret. Synchronous. */
export interface VariableStore {
  /** By name. */
  of(scope: VariableScope): StoredVariable[];
  set(scope: VariableScope, variable: StoredVariable): void;
  remove(scope: VariableScope, name: string): void;
  /** Removes all variables of a workspace. */
  clear(workspaceId: string): void;
  /** Workspaces that have variables. */
  workspaceIds(): string[];
  /** Names of variables of the server's own environment that commands get. */
  passed(): string[];
  pass(names: readonly string[]): void;
}
