type MaskText = (text: string) => string;

/** Applies `mask` to every string in a JSON value, names included. Returns the same value when nothing changes. */
export function maskJson<T>(value: T, mask: MaskText): T {
  return maskAll(value, mask) as T; // Strings stay strings, so the shape is the same.
}

/** As `maskJson`, but only inside of the fields with these names, at any depth. */
export function maskFields<T>(value: T, names: ReadonlySet<string>, mask: MaskText): T {
  return maskSome(value, names, mask) as T; // The same shape, as above.
}

function maskAll(value: unknown, mask: MaskText): unknown {
  if (typeof value === "string") return mask(value);
  return mapJson(value, (name, inner) => [mask(name), maskAll(inner, mask)]);
}

function maskSome(value: unknown, names: ReadonlySet<string>, mask: MaskText): unknown {
  return mapJson(value, (name, inner) => [
    name,
    names.has(name) ? maskAll(inner, mask) : maskSome(inner, names, mask),
  ]);
}

/** Maps the fields of an object, or the items of a list, whose name is empty. Returns the same value when nothing changes. */
function mapJson(value: unknown, map: (name: string, inner: unknown) => [string, unknown]): unknown {
  if (typeof value !== "object" || value === null) return value;
  const isList = Array.isArray(value);
  const entries = Object.entries(value).map(([name, inner]) => [isList ? "" : name, inner] as const);
  const mapped = entries.map(([name, inner]) => map(name, inner));
  if (mapped.every(([name, inner], at) => name === entries[at]?.[0] && inner === entries[at]?.[1]))
    return value;
  return isList ? mapped.map(([, inner]) => inner) : Object.fromEntries(mapped);
}
