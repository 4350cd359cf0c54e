import { characters, looksRandom } from "./characters.ts";
import type { KeyFormat } from "./prefixed-key.ts";

const alphanumeric = characters("A-Za-z0-9");
const base64 = characters("A-Za-z0-9+/=");
const base64Url = characters("A-Za-z0-9_-");
const dotted = characters("A-Za-z0-9_.~+/=-");

const ifRandom = (length: number) => (run: string) => (looksRandom(run, length) ? run.length : 0);
const matched = (shape: RegExp) => (run: string) => shape.exec(run)?.[0].length ?? 0;

/** Well-known formats of keys, from the public documentation of those who issue them. The first that matches names the marker. */
export const keyFormats: readonly KeyFormat[] = [
  {
    name: "anthropic key",
    prefixes: ["sk-ant-"],
    body: base64Url,
    min: 20,
    max: 300,
    lengthOf: ifRandom(12),
  },
  { name: "api key", prefixes: ["sk-"], body: base64Url, min: 20, max: 300, lengthOf: ifRandom(16) },
  { name: "groq key", prefixes: ["gsk_"], body: alphanumeric, min: 40, max: 100 },
  { name: "xai key", prefixes: ["xai-"], body: alphanumeric, min: 60, max: 120 },
  { name: "hugging face token", prefixes: ["hf_"], body: alphanumeric, min: 32, max: 60 },
  { name: "google key", prefixes: ["AIza"], body: base64Url, min: 35, max: 35 },
  { name: "google client secret", prefixes: ["GOCSPX-"], body: base64Url, min: 28, max: 40 },
  {
    ...{ name: "github token", prefixes: ["ghp_", "gho_", "ghu_", "ghs_", "ghr_"] },
    ...{ body: alphanumeric, min: 36, max: 255 },
  },
  { name: "github token", prefixes: ["github_pat_"], body: characters("\\w"), min: 36, max: 255 },
  {
    ...{ name: "gitlab token", prefixes: ["glpat-", "gldt-", "glrt-", "glptt-", "glcbt-"] },
    ...{ body: base64Url, min: 20, max: 300, lengthOf: ifRandom(8) },
  },
  { name: "aws key id", prefixes: ["AKIA", "ASIA"], body: characters("A-Z2-7"), min: 16, max: 16 },
  {
    ...{ name: "slack token", prefixes: ["xoxa-", "xoxb-", "xoxe-", "xoxp-", "xoxr-", "xoxs-", "xapp-"] },
    ...{ body: characters("A-Za-z0-9-"), min: 10, max: 300, lengthOf: ifRandom(8) },
  },
  {
    ...{ name: "slack webhook", prefixes: ["hooks.slack.com/services/"], keepsPrefix: true },
    ...{ body: characters("A-Za-z0-9/"), min: 30, max: 100 },
  },
  { name: "npm token", prefixes: ["npm_"], body: alphanumeric, min: 36, max: 36 },
  { name: "pypi token", prefixes: ["pypi-AgE"], body: base64Url, min: 50, max: 1000 },
  {
    ...{ name: "stripe key", prefixes: ["sk_live_", "sk_test_", "rk_live_", "rk_test_"] },
    ...{ body: alphanumeric, min: 16, max: 300, lengthOf: ifRandom(16) },
  },
  { name: "stripe webhook secret", prefixes: ["whsec_"], body: base64, min: 32, max: 100 },
  {
    name: "sendgrid key",
    prefixes: ["SG."],
    body: dotted,
    min: 66,
    max: 69,
    lengthOf: matched(/^[\w-]{22}\.[\w-]{43}/),
  },
  { name: "digitalocean token", prefixes: ["dop_v1_", "doo_v1_"], body: alphanumeric, min: 64, max: 64 },
  {
    ...{ name: "telegram token", prefixes: [":AA"], mayFollow: (before) => /(^|\D)\d{8,10}$/.test(before) },
    ...{ body: base64Url, min: 31, max: 34 },
  },
  {
    ...{ name: "json web token", prefixes: ["eyJ"], body: characters("A-Za-z0-9_.-"), min: 40, max: 8192 },
    lengthOf: matched(/^[\w-]{10,}\.eyJ[\w-]{5,}\.[\w-]{16,}/),
  },
  {
    ...{ name: "bearer token", prefixes: ["bearer "], anyCase: true, keepsPrefix: true },
    ...{ body: dotted, min: 20, max: 8192, lengthOf: ifRandom(8) },
  },
  {
    ...{ name: "basic authorization", prefixes: ["authorization: basic "], anyCase: true, keepsPrefix: true },
    ...{ body: base64, min: 8, max: 1000 },
  },
];
