/** They say which programs are started, what these load, or where they look for it; or the sandbox sets them. */
const refused = [
  /^(PATH|HOME|PWD|OLDPWD|SHELL|IFS|ENV|CDPATH|GLOBIGNORE|PS4|PROMPT_COMMAND|EDITOR|VISUAL|PAGER|BROWSER)$/,
  /^(LD|DYLD|TALKCODY|BASH)_/,
  /^(BASHOPTS|SHELLOPTS|GCONV_PATH|LOCPATH|NLSPATH|HOSTALIASES|MALLOC_CONF)$/,
  /^(NODE_OPTIONS|NODE_PATH|NODE_REPL_EXTERNAL_MODULE|DOTNET_STARTUP_HOOKS)$/,
  /^(PYTHONSTARTUP|PYTHONPATH|PYTHONHOME|PYTHONINSPECT|PYTHONBREAKPOINT|PERL5OPT|PERL5LIB|PERL5DB|RUBYOPT|RUBYLIB)$/,
  /^(_JAVA_OPTIONS|JAVA_TOOL_OPTIONS|JDK_JAVA_OPTIONS|RUSTC|RUSTC_WRAPPER|RUSTC_WORKSPACE_WRAPPER|CARGO_BUILD_RUSTC_WRAPPER)$/,
  /^(SSH|SUDO)_ASKPASS$/,
  /^npm_config_(script_shell|node_options|shell|editor|viewer|git|prefix|userconfig|globalconfig)$/i,
  /^GIT_(?!(AUTHOR|COMMITTER)_|TERMINAL_PROMPT$|TRACE)/,
];

/** Why commands cannot get a variable of this name; undefined when they can. */
export function refusalOf(name: string): string | undefined {
  if (!refused.some((pattern) => pattern.test(name))) return undefined;
  return `${name} changes how programs are started or looked up. Set it inside of the command that needs it.`;
}

/** The same for a variable of the server's own environment. */
export function passingRefusalOf(name: string, isOwnVariable: (name: string) => boolean): string | undefined {
  if (isOwnVariable(name))
    return `${name} can hold a secret of the server. Set a variable of that name with a value of its own.`;
  return refusalOf(name);
}

/** Values of passed variables with such names are masked as secrets. */
export function looksSecret(name: string): boolean {
  return /TOKEN|SECRET|PASSW|PASSPHRASE|CREDENTIAL|(^|_)(KEY|APIKEY|AUTH|PAT|PWD|DSN)(_|$)/i.test(name);
}
