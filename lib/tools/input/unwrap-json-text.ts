type Schema = Record<string, unknown>;

/**
 * Models sometimes send an array or an object as JSON text. Where the schema expects one and the text parses to it, the
 * parsed value is used. Everything else stays as it is, for validation to judge.
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
