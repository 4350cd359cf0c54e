type Schema = Record<string, unknown>;

/**
 * Models write an array or an object now and then as JSON text. Where the schema wants one of them and a text came that
 * is one, it is taken; everything else is left for validation to judge.
 */
export function unwrapJsonText(schema: Schema, given: unknown): unknown {
  const value = typeof given === "string" ? unwrapped(schema, given) : given;
  if (Array.isArray(value)) return isSchema(schema.items) ? mapItems(schema.items, value) : value;
  if (!isSchema(value) || !isSchema(schema.properties)) return value;
  const properties = schema.properties;
  return Object.fromEntries(
    Object.entries(value).map(([name, field]) => {
      const inner = Object.hasOwn(properties, name) ? properties[name] : undefined;
      return [name, isSchema(inner) ? unwrapJsonText(inner, field) : field];
    }),
  );
}

function mapItems(schema: Schema, items: unknown[]): unknown[] {
  return items.map((item) => unwrapJsonText(schema, item));
}

function unwrapped(schema: Schema, text: string): unknown {
  if (schema.type !== "array" && schema.type !== "object") return text;
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) === (schema.type === "array") ? value : text;
  } catch {
    return text;
  }
}

function isSchema(value: unknown): value is Schema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
