// npm run test:sandbox -- [--setting "root, bubblewrap"]... [--project closed|work]... [--only FILTER]... [--report FILE] [--keep]
// The sandbox under attack: the real server, as root and as an ordinary user, with and without bubblewrap. Each pair is a
// setting with a machine of its own, made of namespaces. Prints a matrix and, last, how many tests passed.
import { spawnSync } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { parseArgs } from "node:util";
import { prepare } from "./enter/prepare.ts";
import { missingPrograms } from "./enter/programs.ts";
import { addReport, createMatrix, matrixAsText, type Matrix } from "./matrix.ts";
import { nameOf, type Setting } from "./stage/setting.ts";

const root = join(import.meta.dirname, "../..");
const { values: options } = parseArgs({
  options: {
    setting: { type: "string", multiple: true, default: [] },
    project: { type: "string", multiple: true, default: [] },
    only: { type: "string", multiple: true, default: [] },
    report: { type: "string" },
    keep: { type: "boolean", default: false },
  },
});
process.exitCode = runAll();

function runAll(): number {
  const missing = missingPrograms();
  if (missing.length > 0) {
    console.error(
      `These programs are needed and not there: ${missing.join(", ")}. Install them, then run this again.`,
    );
    console.log("0 passed, 1 failed");
    return 1;
  }
  const matrix = createMatrix();
  for (const chosen of chosenSettings()) runSetting(chosen, matrix);
  const text = matrixAsText(matrix);
  console.log(`\n${text}`);
  if (options.report !== undefined) writeFileSync(options.report, text);
  console.log(`${matrix.passed} passed, ${matrix.failed} failed`);
  return matrix.failed > 0 || matrix.passed === 0 ? 1 : 0;
}

type Choice = Pick<Setting, "user" | "mechanism">;

function chosenSettings(): Choice[] {
  const isRoot = process.getuid?.() === 0;
  if (!isRoot) console.log("Started as an ordinary user, so only that half runs. As root, all of it does.");
  const users: Choice["user"][] = isRoot ? ["root", "ordinary"] : ["ordinary"];
  const mechanisms: Choice["mechanism"][] = ["bubblewrap", "util-linux"];
  const all = users.flatMap((user) => mechanisms.map((mechanism) => ({ user, mechanism })));
  return all.filter((choice) => options.setting.length === 0 || options.setting.includes(nameOf(choice)));
}

function runSetting(choice: Choice, matrix: Matrix): void {
  const setting = prepare(choice);
  const projects = options.project.length === 0 ? ["closed", "work"] : options.project;
  for (const project of projects) {
    console.log(`\n${nameOf(choice)}: the ${project} network`);
    runProject(project, setting, matrix);
  }
  if (options.keep) console.log(`Kept in ${setting.folder}`);
  else rmSync(setting.folder, { recursive: true, force: true, maxRetries: 3 });
}

/** Runs the tests of one project of vitest.config.ts on the machine of the setting. */
function runProject(project: string, setting: Omit<Setting, "network">, matrix: Matrix): void {
  const report = join(setting.folder, `report-${project}.json`);
  const vitest = [
    "node_modules/.bin/vitest",
    "run",
    "--config",
    "tests/sandbox/vitest.config.ts",
    "--project",
    project,
  ];
  const reporters = [
    "--reporter=verbose",
    "--reporter=json",
    `--outputFile.json=${report}`,
    "--passWithNoTests",
    "--configLoader=runner",
  ];
  const network = project === "work" ? ("host" as const) : ("closed" as const);
  const enter = join(import.meta.dirname, "enter/enter.sh");
  const { status } = spawnSync(
    enter,
    [network, setting.mechanism, setting.folder, ...vitest, ...reporters, ...options.only],
    {
      cwd: root,
      stdio: ["ignore", "inherit", "inherit"],
      env: {
        ...process.env,
        PATH: [join(root, "node_modules/.bin"), process.env["PATH"]].join(delimiter),
        NO_COLOR: "1",
        TALKCODY_TRIAL: JSON.stringify({ ...setting, network } satisfies Setting),
      },
    },
  );
  addReport(matrix, { column: nameOf(setting), text: readReport(report), status });
}

function readReport(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null;
  }
}
