/**
 * A second look at what we are about to ask of git. Throws when simple-git's list of dangers knows an argument or a
 * variable that we have not decided about. The fixed settings of hardening.ts are not looked at: they name programs in
 * order to switch them off.
 */
export async function checkArguments(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<void> {
  const { vulnerabilityCheck } = await import("@simple-git/argv-parser"); // When git is first started, and not before: 3 to 9 ms.
  const found = vulnerabilityCheck(
    args.filter((argument) => !decided.has(argument)),
    env,
  );
  if (found.length === 0) return;
  const words = found.map(({ message }) => message).join("; ");
  throw new Error(
    `Git was not started, because an argument or variable could run another program: ${words}.`,
  );
}

/** An empty template is no folder with hooks: it keeps git from copying the one of the system. */
const decided = new Set(["--template="]);
