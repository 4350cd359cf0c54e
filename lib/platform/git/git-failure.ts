import type { ProcessResult } from "../run-process.ts";
import { plainText } from "../../ports/terminal-text.ts";

/** Why git could not reach a repository, as a sentence for people. */
export function describeGitFailure(result: ProcessResult, branch: string | null): string {
  if (result.ended === "cancelled") return "It was cancelled.";
  if (result.ended !== null) return "The host stopped answering (timeout).";
  const words = plainText(result.stderr);
  const known = reasons.find(([pattern]) => pattern.test(words));
  return known ? known[1].replaceAll("{branch}", branch ?? "") : lastWords(words);
}

/** The first match wins, so put causes before their consequences. */
const reasons: [RegExp, string][] = [
  [/No space left on device|Disk quota exceeded/i, "The disk of this host is full."],
  [
    /Remote branch .* not found|couldn't find remote ref/i,
    "The repository has no branch {branch}. Without a branch its default branch is cloned.",
  ],
  [/Could not resolve host/i, "The host name could not be resolved."],
  [
    /Host key verification failed/i,
    "The host key differs from the one that this host knows. Check ~/.ssh/known_hosts.",
  ],
  [/SSL|certificate|TLS/, "The TLS certificate of the host is not valid."],
  [
    /Connection refused|Failed to connect|Could ?n[o']t connect|No route to host|Network is unreachable/i,
    "The host could not be reached.",
  ],
  [/(response|HTTP code|returned error:) 502/i, "The host could not be reached."],
  [/timed out/i, "The host did not answer in time (timeout)."],
  [
    /Permission denied|Authentication failed|could not read (Username|Password)|Access denied|The requested URL returned error: (401|403)/i,
    "The repository does not exist, or this host may not read it. Clone a private repository over SSH (user@host:path), with a key of this host.",
  ],
  [
    /not found|does not exist|does not appear to be a git repository|No such file or directory|error: 404/i,
    "The repository does not exist. Check its address.",
  ],
  [/dubious ownership/i, "The repository belongs to another user of this host."],
  [/fsck error|error in (object|tag|commit|tree)/i, "The repository contains damaged or dangerous objects."],
  [/ssh: not found|cannot run ssh/i, "This host has no ssh program."],
];

function lastWords(stderr: string): string {
  const lines = stderr.split("\n").map((line) => line.trim());
  const line =
    lines.findLast((text) => /^(fatal|error):/.test(text)) ?? lines.findLast((text) => text !== "");
  return line === undefined ? "Git gave no reason." : `Git says: ${line.slice(0, 300)}`;
}
