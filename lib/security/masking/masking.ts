import type { KnownSecret, Masking, MaskScope } from "../../ports/masking.ts";
import type { SecretMask } from "../../settings.ts";
import { formats } from "./formats/formats.ts";
import { maskBytes } from "./mask-bytes.ts";
import { maskJson } from "./mask-json.ts";
import { createMasker, createScan, type Scan } from "./scan/scanner.ts";
import { exactValues } from "./values/exact-values.ts";
import { valueLengthMin } from "./values/forms.ts";

/** A long value makes its search slower, and is not a secret that anybody would print. */
const valueLengthMax = 64 * 1024;

export function createMasking(): Masking {
  const names = new Map<string, string>();
  let scans = createScans(names);
  const learn = (secrets: readonly KnownSecret[]) => {
    const found = secrets.filter(({ value }) => isMaskable(value) && !names.has(value));
    if (found.length === 0) return;
    for (const { name, value } of found) names.set(value, name);
    scans = createScans(names);
  };
  const of = { values: maskOf(() => scans.values), formats: maskOf(() => scans.formats) };
  return { learn, of: (scope) => of[scope] };
}

function isMaskable({ length }: string): boolean {
  return length >= valueLengthMin && length <= valueLengthMax;
}

function createScans(names: ReadonlyMap<string, string>): Record<MaskScope, Scan> {
  const values = exactValues([...names].map(([value, name]) => ({ name, value })));
  return { values: createScan(values), formats: createScan([...values, ...formats]) };
}

function maskOf(scan: () => Scan): SecretMask {
  const text = (given: string) => scan()(given, { from: 0, isWhole: true }).output;
  const masker = () => createMasker(scan);
  return {
    text,
    masker,
    json: (value) => maskJson(value, text),
    bytes: (given) => maskBytes(given, masker()),
  };
}
