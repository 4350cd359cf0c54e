import ts from "typescript";
import { expect, test } from "vitest";
import { code, read } from "./repository.ts";

const declared = code("app", "lib", "handlers", "packages/cli/src", "packages/shared/src").flatMap(
  exportedTypes,
);

test("an exported type name means one thing", () => {
  const byName = Map.groupBy(declared, ({ name }) => name);
  const ambiguous = [...byName].filter(
    ([, places]) => new Set(places.map(({ meaning }) => meaning)).size > 1,
  );
  const lines = ambiguous.map(([name, places]) => `${name}: ${places.map(({ path }) => path).join(", ")}`);
  expect(lines, "name each after what it is, or import the one from the other").toEqual([]);
});

test("the types of the checkout are seen", () => {
  expect(declared.length).toBeGreaterThan(200);
});

/** Types and interfaces that a file declares, with their text. What it passes on from another file is declared there. */
function exportedTypes(path: string): { name: string; path: string; meaning: string }[] {
  const source = ts.createSourceFile(path, read(path), ts.ScriptTarget.Latest);
  return source.statements.flatMap((statement) => {
    const isType = ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement);
    const isExported =
      isType && statement.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);
    return isExported ? [{ name: statement.name.text, path, meaning: statement.getText(source) }] : [];
  });
}
