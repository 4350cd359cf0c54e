export type Toml = string | number | boolean | Toml[] | { [key: string]: Toml };
export type TomlTable = { [key: string]: Toml };

/** The part of TOML that fly.toml is written in: tables, lists of tables, and values on one line. Throws at anything else. */
export function parseToml(text: string): TomlTable {
  const root: TomlTable = {};
  let table = root;
  for (const [index, raw] of text.split("\n").entries()) {
    const line = raw.trim();
    if (line === "" || line.startsWith("#")) continue;
    const header = /^\[([\w.-]+)\]$/.exec(line)?.[1];
    const listHeader = /^\[\[([\w-]+)\]\]$/.exec(line)?.[1];
    const [, key, value] = /^([\w-]+) = (.+)$/.exec(line) ?? [];
    if (header !== undefined) table = header.split(".").reduce(inner, root);
    else if (listHeader !== undefined) table = appended(root, listHeader);
    else if (key !== undefined && value !== undefined && !(key in table))
      table[key] = JSON.parse(value) as Toml;
    else throw new Error(`Line ${index + 1} of the TOML is not understood: ${line}`);
  }
  return root;
}

function inner(table: TomlTable, key: string): TomlTable {
  const found = (table[key] ??= {});
  if (typeof found !== "object" || Array.isArray(found)) throw new Error(`${key} is no table.`);
  return found;
}

function appended(root: TomlTable, key: string): TomlTable {
  const list = (root[key] ??= []);
  if (!Array.isArray(list)) throw new Error(`${key} is no list of tables.`);
  const table: TomlTable = {};
  list.push(table);
  return table;
}
