/** Keeps git from reading the configuration of the system, from asking for input and from running LFS filters. */
export const plainEnvironment = {
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_ATTR_NOSYSTEM: "1",
  GIT_TERMINAL_PROMPT: "0",
  GIT_PROTOCOL_FROM_USER: "0",
  GIT_OPTIONAL_LOCKS: "0",
  GIT_LITERAL_PATHSPECS: "1",
  GIT_LFS_SKIP_SMUDGE: "1",
  LC_ALL: "C",
};

/** Trusts and remembers the key of a new host, and refuses a changed key. */
const sshCommand = "ssh -oBatchMode=yes -oStrictHostKeyChecking=accept-new -oConnectTimeout=15";

/** Variables that name a program or a configuration file. simple-git refuses these names, whatever their values are. */
export const programEnvironment = {
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_ASKPASS: "/bin/false",
  SSH_ASKPASS: "/bin/false",
  GIT_SSH_COMMAND: sshCommand,
  GIT_EDITOR: "/bin/false",
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
  ["core.sshCommand", sshCommand],
  ["core.askPass", "/bin/false"],
  ["core.editor", "/bin/false"],
  ["core.pager", "cat"],
  ["core.gitProxy", ""],
  ["core.alternateRefsCommand", "/bin/false"],
  ["core.attributesFile", "/dev/null"],
  ["core.protectHFS", "true"],
  ["core.protectNTFS", "true"],
  ["core.quotePath", "false"],
  ["core.bigFileThreshold", "4m"],
  ["credential.helper", ""],
  ["gpg.program", "/bin/false"],
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
