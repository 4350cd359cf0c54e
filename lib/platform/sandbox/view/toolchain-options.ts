export interface ToolchainOptions {
  /** Folders of programs, in order. */
  path: readonly string[];
  /** Folders that the owner names in TALKCODY_TOOL_PATHS. */
  toolPaths: readonly string[];
  /** The home of the user, where version managers keep their toolchains. */
  home: string;
  /** Variables of the host: RUSTUP_HOME, PYENV_ROOT and the like. */
  host: Readonly<Record<string, string | undefined>>;
  /** Folders that never become visible: the data of the server, its code. */
  forbidden: readonly string[];
}
