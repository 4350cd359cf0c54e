/**
 * Checks the arguments and variables of a git command a second time, with simple-git's list of dangers. Throws when one
 * of them could run another program and is not in `decided`. Not for the fixed settings of hardening.ts, which name
 * programs only to switch them off.
 */
export async function checkArguments(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<void> {
  const { vulnerabilityCheck } = await import("@simple-git/argv-parser"); // Loaded at the first use, because it takes 3 to 9 ms.
  const found = vulnerabilityCheck(
    args.filter((argument) => !decided.has(argument)),
    env,
  );
  if (found.length === 0) return;
  const dangers = found.map(({ message }) => message).join("; ");
  throw new Error(
    `Git was not started, because an argument or variable could run another program: ${dangers}.`,
  );
}

/** Arguments that are safe. An empty template keeps git from copying the hooks of the system's template. */
const decided = new Set(["--template="]);
