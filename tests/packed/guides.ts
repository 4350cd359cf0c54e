import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../support/server/server-process.ts";

/** The guide that says how each package is packed, installed and used. */
export const guides = { shared: "docs/guides/use-the-api.md", cli: "docs/guides/use-the-cli.md" };

/** A code block of a guide, as it stands. */
export function blockOf(page: string, language: string): string {
  const text = readFileSync(join(root, page), "utf8");
  const [, block] = new RegExp(`^\`\`\`${language}\n([^]*?)^\`\`\``, "m").exec(text) ?? [];
  if (block === undefined)
    throw new Error(`${page} should have a code block \`\`\`${language}, and has none.`);
  return block;
}
