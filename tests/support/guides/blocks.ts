import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../server/server-process.ts";

export interface Block {
  /** Such as `docs/guides/operate.md`. */
  page: string;
  /** All that stands after the fence, such as `sh` or `sh pack`. */
  language: string;
  text: string;
  /** Of its first line in the page. */
  line: number;
}

/** The code blocks of a page, in order; those within a list too, without their indentation. */
export function blocksOf(page: string, language?: string): Block[] {
  const lines = readFileSync(join(root, page), "utf8").split("\n");
  const blocks: Block[] = [];
  for (let place = 0; place < lines.length; place++) {
    const [, indent = "", fence = "", kind = ""] = /^(\s*)(`{3,})(.*)$/.exec(lines[place] ?? "") ?? [];
    if (fence === "") continue;
    const end = lines.indexOf(indent + fence, place + 1);
    const text = lines.slice(place + 1, end).map((line) => line.slice(indent.length));
    blocks.push({ page, language: kind, text: `${text.join("\n")}\n`, line: place + 2 });
    place = end;
  }
  return blocks.filter((block) => language === undefined || block.language === language);
}

/** The path that the first line of a block names in a comment. */
export function fileOf({ text }: Block): string | undefined {
  return /^(?:\/\/|#) (\S+[./]\S+)$/m.exec(text.split("\n", 1)[0] ?? "")?.[1];
}
