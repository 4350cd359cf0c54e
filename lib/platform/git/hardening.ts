/** Keeps git from reading the configuration of the system, from asking for input and from running LFS filters. */
export const plainEnvironment = {
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_ATTR_NOSYSTEM: "1",
  GIT_TERMINAL_PROMPT: "0",
  GIT_PROTOCOL_FROM_USER: "0",
  GIT_OPTIONAL_LOCKS: "0",
  GIT_LITERAL_PATHSPECS: "1",
  GIT_LFS_SKIP_SMUDGE: "1",
  GIT_NO_REPLACE_OBJECTS: "1", // A command could make a commit look like another one.
  GIT_GRAFT_FILE: "/dev/null",
  LC_ALL: "C",
};

/** Fails wherever git starts it, also on systems that do not have it. */
const noProgram = "/bin/false";

/** Variables that name a program or a configuration file. simple-git refuses these names, whatever their values are. */
export const programEnvironment = {
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_ASKPASS: noProgram,
  SSH_ASKPASS: noProgram,
  GIT_SSH_COMMAND: noProgram,
  GIT_EDITOR: noProgram,
  GIT_PAGER: "cat",
};

/** Harmless mistakes in old histories. Git refuses everything else that fsck finds. */
const toleratedMistakes = [
  "zeroPaddedFilemode",
  "missingSpaceBeforeDate",
  "missingSpaceBeforeEmail",
  "missingEmail",
  "missingNameBeforeEmail",
  "badTimezone",
  "badEmail",
  "badDate",
  "missingTaggerEntry",
  "badTagName",
];

export const hardenedConfig: readonly (readonly [key: string, value: string])[] = [
  ["protocol.allow", "never"],
  ["core.hooksPath", "/dev/null"],
  ["core.fsmonitor", "false"],
  ["core.untrackedCache", "false"],
  ["core.sshCommand", noProgram], // Where ssh is needed, GIT_SSH_COMMAND names it.
  ["core.askPass", noProgram],
  ["core.editor", noProgram],
  ["core.pager", "cat"],
  ["core.gitProxy", ""],
  ["core.alternateRefsCommand", noProgram],
  ["core.attributesFile", "/dev/null"],
  ["core.protectHFS", "true"],
  ["core.protectNTFS", "true"],
  ["core.quotePath", "false"],
  ["core.bigFileThreshold", "4m"],
  ["credential.helper", ""],
  ["gpg.program", noProgram],
  ["commit.gpgSign", "false"],
  ["tag.gpgSign", "false"],
  ["submodule.recurse", "false"],
  ["fetch.recurseSubmodules", "no"],
  ["safe.bareRepository", "explicit"],
  ["transfer.fsckObjects", "true"],
  ["transfer.bundleURI", "false"],
  ...toleratedMistakes.map((name) => [`fetch.fsck.${name}`, "ignore"] as const),
  ["gc.auto", "0"],
  ["maintenance.auto", "false"],
  ["init.defaultBranch", "main"],
  ["advice.detachedHead", "false"],
];
