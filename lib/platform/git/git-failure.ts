import type { ProcessResult } from "../run-process.ts";
import { plainText } from "../terminal-text.ts";

/** Git's reason for failing to reach a repository, in words. */
export function describeGitFailure(result: ProcessResult, branch: string | null): string {
  if (result.ended === "cancelled") return "It was cancelled.";
  if (result.ended !== null) return "The host stopped answering, so it was given up (timeout).";
  const words = plainText(result.stderr);
  const known = reasons.find(([pattern]) => pattern.test(words));
  return known ? known[1].replaceAll("{branch}", branch ?? "") : lastWords(words);
}

/** First match wins: what is said later in git's text is often only a consequence. */
const reasons: [RegExp, string][] = [
  [/No space left on device|Disk quota exceeded/i, "The disk of this host is full."],
  [
    /Remote branch .* not found|couldn't find remote ref/i,
    "The repository has no branch {branch}; without a branch its own default is taken.",
  ],
  [/Could not resolve host/i, "The host name is not known (it could not be resolved)."],
  [/Host key verification failed/i, "The host key is not the one this host knows; check ~/.ssh/known_hosts."],
  [/SSL|certificate|TLS/, "The host could not prove who it is (TLS certificate)."],
  [
    /Connection refused|Failed to connect|Could ?n[o']t connect|No route to host|Network is unreachable/i,
    "The host could not be reached.",
  ],
  [/timed out/i, "The host did not answer in time (timeout)."],
  [
    /Permission denied|Authentication failed|could not read (Username|Password)|Access denied|The requested URL returned error: (401|403)/i,
    "This host has no access to the repository, or it does not exist. Private ones are cloned over SSH (user@host:path), with a key of this host.",
  ],
  [
    /not found|does not exist|does not appear to be a git repository|No such file or directory|error: 404/i,
    "There is no such repository. Check its address.",
  ],
  [/dubious ownership/i, "The repository belongs to another user of this host."],
  [/fsck error|error in (object|tag|commit|tree)/i, "The repository holds damaged or dangerous objects."],
  [/ssh: not found|cannot run ssh/i, "This host has no ssh program."],
];

function lastWords(stderr: string): string {
  const lines = stderr.split("\n").map((line) => line.trim());
  const line =
    lines.findLast((text) => /^(fatal|error):/.test(text)) ?? lines.findLast((text) => text !== "");
  return line === undefined ? "Git gave no reason." : `Git says: ${line.slice(0, 300)}`;
}
