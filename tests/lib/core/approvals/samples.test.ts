import { readdirSync } from "node:fs";
import { expect, test } from "vitest";
import type { Settings } from "../../../../lib/settings.ts";
import { blocksOf } from "../../../support/guides/blocks.ts";
import { allow, verdict } from "./verdict.ts";

/** What a command of the workspace's own files does is decided by whoever may edit them. */
const runsFilesOfTheWorkspace = [
  "npm test",
  "npm run x",
  "make",
  "sh run.sh",
  "./run.sh",
  "node x.js",
  "pytest",
  "cargo test",
];

/** Whether the settings let a model write any file and run it without asking a person. */
function runsAnythingUnasked(settings: Settings): boolean {
  const decide = (tool: string, subject: string) =>
    verdict(tool, subject, { settings: { permissionMode: "ask", ...settings } }).decision;
  const edits = ["writeFile", "editFile"].some((tool) => decide(tool, "package.json") === "allow");
  return edits && runsFilesOfTheWorkspace.some((command) => decide("bash", command) === "allow");
}

const samples = readdirSync("docs/guides")
  .flatMap((page) => blocksOf(`docs/guides/${page}`, "json"))
  .map(({ text }) => JSON.parse(text) as Settings)
  .filter((settings) => "permissions" in settings);

test("no sample of settings in the guides means that any command runs unasked", () => {
  expect(samples.length).toBeGreaterThan(0);
  for (const settings of samples) expect(runsAnythingUnasked(settings), JSON.stringify(settings)).toBe(false);
});

test("the sample that the guide had before means just that", () => {
  expect(runsAnythingUnasked({ autoApproveEdits: true, permissions: [allow("bash npm test*")] })).toBe(true);
  expect(runsAnythingUnasked({ permissions: [allow("bash npm test*")] })).toBe(false);
  expect(runsAnythingUnasked({ autoApproveEdits: true })).toBe(false);
});
