import { asNode, isNullable, type Node, type Place, target } from "./places.ts";

/** Why generators cannot tell the variants of a union apart; undefined where they can, and for what is no union. */
export function unclearUnion({ pointer, node }: Place, document: unknown): string | undefined {
  if ("anyOf" in node) return "write oneOf with a discriminator instead of anyOf";
  if (!Array.isArray(node["oneOf"]) || isNullable(node)) return undefined;
  if (!/^#\/components\/schemas\/\w+$/.test(pointer))
    return "give this union a name under components/schemas";
  const branches = node["oneOf"].map((branch) => asNode(branch)["$ref"]);
  if (branches.includes(undefined)) return "give each variant of this union a name under components/schemas";
  if (!("discriminator" in node)) return differInType(branches, document) ? undefined : "add a discriminator";
  return wrongDiscriminator(asNode(node["discriminator"]), branches, document);
}

/** Text or a list, say: JSON itself tells them apart. */
function differInType(branches: unknown[], document: unknown): boolean {
  const types = branches.map((branch) => target(document, branch)["type"]);
  return types.every((type) => typeof type === "string") && new Set(types).size === types.length;
}

function wrongDiscriminator(discriminator: Node, branches: unknown[], document: unknown): string | undefined {
  const mapping = Object.entries(asNode(discriminator["mapping"]));
  const name = String(discriminator["propertyName"]);
  const mapped = mapping.map(([, reference]) => String(reference)).toSorted();
  if (mapped.join() !== branches.map(String).toSorted().join())
    return "let the mapping of the discriminator name each variant once";
  const isSaid = mapping.every(([value, reference]) => constOf(target(document, reference), name) === value);
  return isSaid ? undefined : `give each variant its value of the mapping as the const of \`${name}\``;
}

function constOf(schema: Node, name: string): unknown {
  const isRequired = Array.isArray(schema["required"]) && schema["required"].includes(name);
  return isRequired ? asNode(asNode(schema["properties"])[name])["const"] : undefined;
}
