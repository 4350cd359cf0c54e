import { expect, test } from "vitest";
import { code, files, linesMatching } from "../repository.ts";

const pages = files.filter((path) => path.endsWith(".md") && !path.startsWith("lib/"));
const documents = [...pages, "openapi.yaml"];

const beyondAscii = /[^\t -~]/;

test("documentation and contract are ASCII", () => {
  expect(linesMatching(documents, beyondAscii), 'write it in ASCII: -, ..., ->, "straight quotes"').toEqual(
    [],
  );
});

/** Turns of phrase that made readers stop, and what says the same. */
const oldTurns = new RegExp(
  `\\b(${[
    "mend(s|ed|ing)?|amiss",
    "whoever|whomever|thereof|therein|hither|whilst",
    "for want of|of its own accord|time and again|stands? for it",
    "nobody hears|hears? of it|is heard of|lives? of the server|other life|earlier life|next life",
    "put right|sets? right|comes? to its end|goes round",
  ].join("|")})\\b`,
  "i",
);

test("comments, texts and pages use today's English", () => {
  const ours = [
    ...documents,
    ...code("app", "lib", "handlers", "deploy", "scripts", "packages/cli/src", "packages/shared/src"),
  ];
  const found = linesMatching(ours, oldTurns);
  expect(found, "say it in plain words: fix, whoever -> a client that, run of the server, learn").toEqual([]);
});
