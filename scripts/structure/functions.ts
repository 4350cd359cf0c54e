import { readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";

export interface MeasuredFunction {
  path: string;
  name: string;
  /** From its first line to its last. */
  lines: number;
}

/** The functions at the top level of the files: declarations, and constants that hold a function. */
export function topLevelFunctions(root: string, paths: readonly string[]): MeasuredFunction[] {
  return paths.flatMap((path) => {
    const source = ts.createSourceFile(path, readFileSync(join(root, path), "utf8"), ts.ScriptTarget.Latest);
    return source.statements.flatMap((statement) =>
      functionsOf(statement).map(({ name, node }) => ({ path, name, lines: linesOf(source, node) })),
    );
  });
}

function functionsOf(statement: ts.Statement): { name: string; node: ts.Node }[] {
  if (ts.isFunctionDeclaration(statement) && statement.body)
    return [{ name: statement.name?.text ?? "default", node: statement }];
  if (!ts.isVariableStatement(statement)) return [];
  return statement.declarationList.declarations.flatMap(({ name, initializer }) => {
    const isFunction =
      initializer && (ts.isArrowFunction(initializer) || ts.isFunctionExpression(initializer));
    return isFunction && ts.isIdentifier(name) ? [{ name: name.text, node: initializer }] : [];
  });
}

function linesOf(source: ts.SourceFile, node: ts.Node): number {
  const lineAt = (position: number) => source.getLineAndCharacterOfPosition(position).line;
  return lineAt(node.getEnd()) - lineAt(node.getStart(source)) + 1;
}

/** The smallest value that at least `share` of the values do not exceed. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0;
}
