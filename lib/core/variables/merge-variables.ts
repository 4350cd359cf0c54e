import type { Schemas } from "../../../packages/shared/src/schemas.ts";
import { AppError, type ProblemError } from "../../errors.ts";
import type { StoredVariable } from "../../settings.ts";
import { passingRefusalOf, refusalOf } from "./refused-names.ts";

export type VariablesPatch = Schemas["VariablesPatch"];

export interface VariableChanges {
  set: StoredVariable[];
  removed: string[];
}

const countMax = 100;
/** The kernel bounds the environment of a program. */
const bytesMax = 128 * 1024;
/** A shorter value cannot be masked: it occurs by chance. */
const secretLengthMin = 8;

/** What a patch changes. Throws AppError invalid-request, which names each variable that cannot be set. */
export function variableChanges(stored: readonly StoredVariable[], patch: VariablesPatch): VariableChanges {
  const entries = Object.entries(patch);
  const removed = entries.flatMap(([name, change]) => (change === null ? [name] : []));
  const set = entries.flatMap(([name, change]) => (change === null ? [] : [toVariable(name, change)]));
  refuse(set.flatMap(mistakeIn));
  const kept = stored.filter(({ name }) => !Object.hasOwn(patch, name));
  checkSize([...kept, ...set]);
  return { set, removed };
}

function toVariable(name: string, { value, secret = true }: Schemas["VariablePatch"]): StoredVariable {
  return { name, value, isSecret: secret };
}

function mistakeIn({ name, value, isSecret }: StoredVariable): ProblemError[] {
  const short = `${name} is too short for a secret: it must have at least ${secretLengthMin} characters, or it cannot be masked. Set \`secret\` to false if everybody may see it.`;
  const detail = refusalOf(name) ?? (isSecret && value.length < secretLengthMin ? short : undefined);
  return detail === undefined ? [] : [{ pointer: `/variables/${name}`, detail }];
}

/** Throws AppError invalid-request for names that cannot be passed. */
export function checkPassed(names: readonly string[], isOwnVariable: (name: string) => boolean): void {
  const errors = names.flatMap((name, index) => {
    const detail = passingRefusalOf(name, isOwnVariable);
    return detail === undefined ? [] : [{ pointer: `/passedVariables/${index}`, detail }];
  });
  refuse(errors);
}

function checkSize(all: readonly StoredVariable[]): void {
  const bytes = all.reduce((sum, { name, value }) => sum + name.length + Buffer.byteLength(value) + 2, 0);
  if (all.length > countMax)
    refuse([
      {
        pointer: "/variables",
        detail: `There would be ${all.length} variables; at most ${countMax} can be set.`,
      },
    ]);
  if (bytes > bytesMax)
    refuse([
      {
        pointer: "/variables",
        detail: `All variables together would have ${bytes} bytes; at most ${bytesMax} fit.`,
      },
    ]);
}

function refuse(errors: ProblemError[]): void {
  const [first] = errors;
  if (first !== undefined) throw new AppError("invalid-request", first.detail, { errors });
}
