export type Node = Record<string, unknown>;

/** An object of the contract, and where it stands. */
export interface Place {
  /** As a reference: `#/components/schemas/Task`. */
  pointer: string;
  node: Node;
  /** It makes a reference nullable: the `null` of `oneOf: [{ $ref }, { type: "null" }]`. */
  isNullOption: boolean;
}

/** Values are examples and names here, whatever they look like. */
const opaque = new Set(["default", "examples", "example", "enum", "const", "mapping", "required"]);

/** Every object of the contract that can be a schema or hold one. Maps of property names are looked through. */
export function placesIn(document: unknown): Place[] {
  return visit({ pointer: "#", node: asNode(document), isNullOption: false });
}

function visit(place: Place): Place[] {
  const { pointer, node } = place;
  const options = new Set(isNullable(node) ? (node["oneOf"] as unknown[]) : []);
  const below = Object.entries(node).filter(([key]) => !opaque.has(key));
  const children = below.flatMap(([key, value]) =>
    key === "properties"
      ? childrenOf(value, `${pointer}/${key}`)
      : childOf(value, `${pointer}/${escaped(key)}`),
  );
  return [place, ...children.flatMap((child) => visit({ ...child, isNullOption: options.has(child.node) }))];
}

type Child = Pick<Place, "pointer" | "node">;

function childOf(value: unknown, pointer: string): Child[] {
  if (Array.isArray(value)) return value.flatMap((item, index) => childOf(item, `${pointer}/${index}`));
  return typeof value === "object" && value !== null ? [{ pointer, node: asNode(value) }] : [];
}

function childrenOf(map: unknown, pointer: string): Child[] {
  return Object.entries(asNode(map)).flatMap(([name, value]) =>
    childOf(value, `${pointer}/${escaped(name)}`),
  );
}

/** `oneOf: [{ $ref }, { type: "null" }]`, which all generators read as "or null". */
export function isNullable(node: Node): boolean {
  const { oneOf } = node;
  if (!Array.isArray(oneOf) || oneOf.length !== 2) return false;
  return "$ref" in asNode(oneOf[0]) && asNode(oneOf[1])["type"] === "null";
}

/** What a local reference leads to; an empty node where there is nothing. */
export function target(document: unknown, reference: unknown): Node {
  const steps = String(reference).split("/").slice(1);
  return steps.reduce((node, step) => asNode(node[step]), asNode(document));
}

export function asNode(value: unknown): Node {
  return typeof value === "object" && value !== null ? (value as Node) : {};
}

function escaped(key: string): string {
  return key.replaceAll("~", "~0").replaceAll("/", "~1");
}
