import { expect } from "vitest";

export interface Scrape {
  /** The value of the one sample with these labels, and no others; undefined where there is none. */
  value(name: string, labels?: Record<string, string>): number | undefined;
  /** All names of families. */
  readonly names: ReadonlySet<string>;
}

const sampleLine = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:[{](.*)[}])? (\S+)$/;
const label = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(?:,|$)/y;

/** Reads the text format 0.0.4 strictly: help and type before samples, each sample once, buckets that only rise. */
export function readScrape(text: string): Scrape {
  expect(text.endsWith("\n")).toBe(true);
  const types = new Map<string, string>();
  const samples = new Map<string, number>();
  for (const line of text.split("\n").filter((line) => line !== "")) {
    const [, what, name = "", rest = ""] = /^# (HELP|TYPE) (\S+) (.+)$/.exec(line) ?? [];
    if (what === "TYPE") types.set(name, rest);
    if (what !== undefined) continue;
    const [, sample = "", labels = "", value = ""] = sampleLine.exec(line) ?? [];
    expect(familyOf(sample, types), line).toBeDefined();
    const id = idOf(sample, readLabels(labels));
    expect(samples.has(id), `${line} stands there twice`).toBe(false);
    expect(Number.isNaN(Number(value)) && !/^nan$/i.test(value), line).toBe(false);
    samples.set(id, Number(value));
  }
  checkHistograms(types, samples);
  return {
    value: (name, labels = {}) => samples.get(idOf(name, labels)),
    names: new Set(types.keys()),
  };
}

function familyOf(sample: string, types: ReadonlyMap<string, string>): string | undefined {
  return types.get(sample) ?? types.get(sample.replace(/_(bucket|sum|count)$/, ""));
}

function readLabels(text: string): Record<string, string> {
  const labels: Record<string, string> = {};
  label.lastIndex = 0;
  let read = 0;
  for (let match = label.exec(text); match !== null; match = label.exec(text)) {
    labels[match[1] ?? ""] = match[2] ?? "";
    read = label.lastIndex;
  }
  expect(read, `the labels ${text}`).toBe(text.length);
  return labels;
}

function idOf(name: string, labels: Record<string, string>): string {
  return JSON.stringify([name, Object.entries(labels).toSorted(([one], [other]) => (one < other ? -1 : 1))]);
}

function checkHistograms(types: ReadonlyMap<string, string>, samples: ReadonlyMap<string, number>): void {
  const counts = new Map<string, number>();
  for (const [id, value] of samples) {
    const [name, labels] = JSON.parse(id) as [string, [string, string][]];
    const family = name.replace(/_bucket$/, "");
    if (types.get(family) !== "histogram" || family === name) continue;
    const others = labels.filter(([key]) => key !== "le");
    const series = JSON.stringify([family, others]);
    expect(value, `${id} falls`).toBeGreaterThanOrEqual(counts.get(series) ?? 0);
    counts.set(series, value);
    if (labels.some(([key, bound]) => key === "le" && bound === "+Inf"))
      expect(value, id).toBe(samples.get(idOf(`${family}_count`, Object.fromEntries(others))));
  }
}
