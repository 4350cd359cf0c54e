// npm run structure [-- --turn]
// Measures functions, folders and imports. With --turn it lowers the limits in the ratchet to the present sizes.
import { join } from "node:path";
import { parseArgs } from "node:util";
import { quantile, topLevelFunctions } from "./structure/functions.ts";
import { longestChain, readImports } from "./structure/imports.ts";
import { folderFilesMax, kinds, measureOversized, sourceCode, turnRatchet } from "./structure/ratchet.ts";

const { values: options } = parseArgs({ options: { turn: { type: "boolean", default: false } } });
const root = join(import.meta.dirname, "..");

if (options.turn) console.log(turnRatchet(root));
else for (const line of report()) console.log(line);

function report(): string[] {
  const product = sourceCode(root).filter((path) => /^(app|lib|handlers|packages\/[^/]+\/src)\//.test(path));
  const lines = topLevelFunctions(root, product).map((measured) => measured.lines);
  const imports = readImports(root);
  const chain = longestChain(
    imports,
    "app/start.mjs",
    (path) => product.includes(path) || path.includes(".gen."),
  );
  const over = measureOversized(root);
  return [
    `files of the product           ${product.length}`,
    `functions                      ${lines.length}`,
    `lines of a function            p50 ${quantile(lines, 0.5)}, p90 ${quantile(lines, 0.9)}, longest ${Math.max(...lines)}`,
    `longest chain of imports       ${chain.length} files`,
    ...kinds.map((kind) => `${kind} over their limit`.padEnd(31) + Object.keys(over[kind]).length),
    `(a folder may hold ${folderFilesMax} files)`,
  ];
}
