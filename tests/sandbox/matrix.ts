/** Tests by settings. */
export interface Matrix {
  columns: string[];
  /** By the name of the test, in the order of their files: each column's verdict. */
  rows: Map<string, Map<string, Verdict>>;
  passed: number;
  failed: number;
}

type Verdict = "passed" | "FAILED";

interface JsonReport {
  numFailedTestSuites: number;
  testResults: {
    name: string;
    status: string;
    message: string;
    assertionResults: { fullName: string; status: string }[];
  }[];
}

export function createMatrix(): Matrix {
  return { columns: [], rows: new Map(), passed: 0, failed: 0 };
}

/** Adds what vitest reported for a column. A run without a report, and a file that broke outside of its tests, are failures. */
export function addReport(
  matrix: Matrix,
  { column, text, status }: { column: string; text: string | null; status: number | null },
): void {
  if (!matrix.columns.includes(column)) matrix.columns.push(column);
  if (text === null) return addVerdict(matrix, { column, row: "the tests could be run", isPassed: false });
  const report = JSON.parse(text) as JsonReport; // Written by vitest.
  const failedBefore = matrix.failed;
  for (const file of report.testResults) {
    for (const test of file.assertionResults)
      addVerdict(matrix, { column, row: test.fullName, isPassed: test.status === "passed" });
    if (file.status === "failed" && file.assertionResults.every((test) => test.status === "passed"))
      addVerdict(matrix, { column, row: `${file.name.split("/").at(-1)} as a whole`, isPassed: false });
  }
  if (status !== 0 && matrix.failed === failedBefore)
    addVerdict(matrix, { column, row: "the run as a whole", isPassed: false });
}

function addVerdict(
  matrix: Matrix,
  { column, row, isPassed }: { column: string; row: string; isPassed: boolean },
): void {
  const verdicts = matrix.rows.get(row) ?? new Map<string, Verdict>();
  const isWhole = isPassed && verdicts.get(column) !== "FAILED"; // Names may occur twice.
  matrix.rows.set(row, verdicts.set(column, isWhole ? "passed" : "FAILED"));
  if (isPassed) matrix.passed++;
  else matrix.failed++;
}

/** A table in Markdown. */
export function matrixAsText({ columns, rows }: Matrix): string {
  const widths = columns.map((column) => column.length);
  const first = Math.max(...[...rows.keys()].map((row) => row.length), 4);
  const line = (cells: string[]) =>
    `| ${cells.map((cell, at) => cell.padEnd(at === 0 ? first : (widths[at - 1] ?? 0))).join(" | ")} |`;
  const body = [...rows].map(([row, verdicts]) =>
    line([row.replaceAll("|", "/"), ...columns.map((column) => verdicts.get(column) ?? "-")]),
  );
  const rule = line(["-".repeat(first), ...widths.map((width) => "-".repeat(width))]);
  return [line(["test", ...columns]), rule, ...body, ""].join("\n");
}
