import openapiTS, { astToString, type OpenAPI3 } from "openapi-typescript";
import ts from "typescript";
import type { Contract } from "./contract.ts";

/** The contract as TypeScript: paths, components and operations. */
export async function typesModule(contract: Contract): Promise<string> {
  // A copy, because openapi-typescript changes the document.
  const nodes = await openapiTS(structuredClone(contract) as unknown as OpenAPI3, {
    defaultNonNullable: false,
    emptyObjectsUnknown: true,
    silent: true,
    transform: (schema) => (schema.format === "binary" ? bytes : undefined),
  });
  return `// Generated from openapi.yaml by \`npm run generate\`; edit that instead.\n${astToString(nodes)}`;
}

/** Uint8Array | ReadableStream: what Node and browsers both send and receive as raw bytes. */
const bytes = ts.factory.createUnionTypeNode([
  ts.factory.createTypeReferenceNode("Uint8Array"),
  ts.factory.createTypeReferenceNode("ReadableStream"),
]);
