import type { Schemas } from "../../../shared/src/index.ts";
import { defineCommand } from "../command.ts";
import { count } from "../render/text/amounts.ts";
import { plainLine } from "../render/text/sanitise.ts";
import type { Style } from "../render/style.ts";
import { table } from "../render/table.ts";

type ModelPage = Schemas["ModelPage"];

export const modelsCommand = defineCommand({
  summary: "list the configured models",
  usage: "models",
  options: [],
  accepts: {},
  wordsMax: 0,
  run: async ({ terminal, connect, json }) => {
    const page = await connect().listModels();
    if (json) terminal.out(page.items.map((model) => `${JSON.stringify(model)}\n`).join(""));
    else
      for (const line of modelLines(page, { style: terminal.style, width: terminal.columns() }))
        terminal.out(`${line}\n`);
    return 0;
  },
});

/** A table of models, the default marked with `*`, then the providers whose models are not known. */
export function modelLines(page: ModelPage, how: { style: Style; width: number }): string[] {
  const { style } = how;
  const rows = page.items.map(({ id, name, contextTokens, pricing }) => [
    `${id === page.defaultModel ? "*" : " "} ${id}`,
    plainLine(name),
    contextTokens === null ? "–" : count(contextTokens),
    pricing === null ? "–" : `$${pricing.input} / $${pricing.output}`,
  ]);
  const columns = [
    { title: "  MODEL", paint: (cell: string) => (cell.startsWith("*") ? style.good(cell) : cell) },
    { title: "NAME", shrinks: true, paint: style.quiet },
    { title: "CONTEXT", align: "right" as const },
    { title: "$ / M TOKENS (IN / OUT)" },
  ];
  const troubles = page.providers.flatMap(({ id, configured, error }) => {
    if (error !== null) return [`${style.bad("✗")} ${id}: ${plainLine(error)}`];
    return configured ? [] : [style.quiet(`– ${id} has no key yet`)];
  });
  const hint =
    page.defaultModel === null
      ? [style.waiting("! no default model: set TALKCODY_MODEL on the server, or give --model")]
      : [];
  const notes = [...troubles, ...hint];
  return [...table(columns, rows, how), ...(notes.length > 0 ? ["", ...notes] : [])];
}
