import { createReader } from "./environment.ts";
import type { Environment, Reader } from "./environment.ts";
import type { Target } from "./failpoint.ts";
import type { ReplicaConfig } from "./replica.ts";
import type { ModelSettings, Provider, ProviderType } from "./settings.ts";

/** Everything the server was told by its environment. Frozen; made once. */
export interface Config {
  host: string;
  /** 0 takes any free port. */
  port: number;
  dataDir: string;
  workspacesDir: string;
  /** Undefined: the server makes one and keeps it in the data directory. */
  apiKey: string | undefined;
  /** Host names the server answers for, beside loopback ones; without port. */
  allowedHosts: readonly string[];
  allowLocalRepositories: boolean;
  defaultModel: string | undefined;
  /** Providers whose key or address stands in the environment. */
  providers: ReadonlyMap<string, Provider>;
  logLevel: "silent" | "error" | "warn" | "info" | "debug";
  runningTasksMax: number;
  queuedMessagesMax: number;
  bodyBytesMax: number;
  fileBytesMax: number;
  /** A pending decision expires after this. */
  actionTimeoutMs: number;
  /** A model that says nothing for this long has failed. */
  modelIdleTimeoutMs: number;
  /** Time a stop may take. */
  gracePeriodMs: number;
  /** Where copies go that outlive the machine; undefined: there are none. */
  replica: ReplicaConfig | undefined;
  /** The descriptor that deploy/serve.sh hands the keys of the bucket over by. */
  replicaKeysDescriptor: number | undefined;
  /** What commands may see of the environment. */
  commandEnvironment: Readonly<Record<string, string>>;
  /** Whether commands get namespaces of their own where the host has them; `off` shows what holds on other hosts. */
  isolation: "auto" | "off";
  /** For tests: the process ends itself with SIGKILL there. */
  failpoint: Target | undefined;
}

/** Reads the environment; throws one ConfigError that names every mistake. */
export function loadConfig(
  environment: Environment = process.env,
  platform: string = process.platform,
): Readonly<Config> {
  const read = createReader(environment);
  const dataDir = read.path("TALKCODY_DATA_DIR") ?? defaultDataDir(environment, platform);
  const config: Config = {
    host: read.text("HOST") ?? "127.0.0.1",
    port: read.integer("PORT", { least: 0, most: 65_535 }) ?? 0,
    dataDir,
    workspacesDir: read.path("TALKCODY_WORKSPACES_DIR") ?? `${dataDir}/workspaces`,
    apiKey: read.key("TALKCODY_API_KEY"),
    allowedHosts: read.list("TALKCODY_ALLOWED_HOSTS"),
    allowLocalRepositories: read.flag("TALKCODY_ALLOW_LOCAL_REPOSITORIES"),
    defaultModel: read.model("TALKCODY_MODEL"),
    providers: environmentProviders(read),
    logLevel: read.choice("TALKCODY_LOG_LEVEL", ["silent", "error", "warn", "info", "debug"]) ?? "warn",
    runningTasksMax: read.integer("TALKCODY_RUNNING_TASKS_MAX", { least: 1, most: 1000 }) ?? 32,
    queuedMessagesMax: 32,
    bodyBytesMax: 4 * 1024 * 1024,
    fileBytesMax: read.integer("TALKCODY_FILE_BYTES_MAX", { least: 1, most: 2 ** 40 }) ?? 100 * 1024 * 1024,
    actionTimeoutMs: 7 * 24 * 3_600_000,
    modelIdleTimeoutMs:
      read.integer("TALKCODY_MODEL_IDLE_TIMEOUT_MS", { least: 100, most: 3_600_000 }) ?? 300_000,
    gracePeriodMs: read.integer("TALKCODY_GRACE_PERIOD_MS", { least: 0, most: 300_000 }) ?? 10_000,
    replica: environmentReplica(read),
    replicaKeysDescriptor: read.integer("TALKCODY_REPLICA_KEYS_DESCRIPTOR", { least: 3, most: 1023 }),
    commandEnvironment: commandEnvironment(environment),
    isolation: "auto",
    failpoint: read.failpoint("TALKCODY_TEST_FAILPOINT"),
  };
  read.report();
  return Object.freeze(config);
}

/** The platform's folder for a user's data. */
function defaultDataDir(environment: Environment, platform: string): string {
  const home = environment["HOME"] ?? environment["USERPROFILE"] ?? ".";
  if (platform === "darwin") return `${home}/Library/Application Support/talkcody-backend`;
  if (platform === "win32")
    return `${environment["LOCALAPPDATA"] ?? `${home}/AppData/Local`}/talkcody-backend`;
  return `${environment["XDG_DATA_HOME"] ?? `${home}/.local/share`}/talkcody-backend`;
}

function environmentReplica(read: Reader): ReplicaConfig | undefined {
  const place = read.replica("TALKCODY_REPLICA_URL");
  if (place === undefined) return undefined;
  const accessKeyId = read.text("LITESTREAM_ACCESS_KEY_ID") ?? read.text("AWS_ACCESS_KEY_ID");
  const secretAccessKey = read.text("LITESTREAM_SECRET_ACCESS_KEY") ?? read.text("AWS_SECRET_ACCESS_KEY");
  const sessionToken = read.text("AWS_SESSION_TOKEN");
  const hasKeys = accessKeyId !== undefined && secretAccessKey !== undefined;
  return { place, credentials: hasKeys ? { accessKeyId, secretAccessKey, sessionToken } : undefined };
}

/** Names that commands get; everything else, and so every key, stays with the server. */
const commandVariables = [
  "PATH",
  "HOME",
  "USER",
  "LOGNAME",
  "SHELL",
  "LANG",
  "LC_ALL",
  "LC_CTYPE",
  "TZ",
  "TMPDIR",
  "SSH_AUTH_SOCK",
];

function commandEnvironment(environment: Environment): Record<string, string> {
  const kept = commandVariables.flatMap((name) => {
    const value = environment[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return { LANG: "C.UTF-8", ...Object.fromEntries(kept), TERM: "dumb" };
}

/** The usual variables of each provider: names of its key and of its address. */
const usualVariables: { id: string; type: ProviderType; keys: string[]; baseUrls: string[] }[] = [
  { id: "openai", type: "openai", keys: ["OPENAI_API_KEY"], baseUrls: ["OPENAI_BASE_URL"] },
  { id: "anthropic", type: "anthropic", keys: ["ANTHROPIC_API_KEY"], baseUrls: ["ANTHROPIC_BASE_URL"] },
  {
    id: "google",
    type: "google",
    keys: ["GOOGLE_GENERATIVE_AI_API_KEY", "GEMINI_API_KEY", "GOOGLE_API_KEY"],
    baseUrls: ["GOOGLE_GENERATIVE_AI_BASE_URL"],
  },
  {
    id: "openai-compatible",
    type: "openai-compatible",
    keys: ["OPENAI_COMPATIBLE_API_KEY"],
    baseUrls: ["OPENAI_COMPATIBLE_BASE_URL"],
  },
];

function environmentProviders(read: Reader): ReadonlyMap<string, Provider> {
  const found = new Map<string, Provider>();
  for (const { id, type, keys, baseUrls } of usualVariables) {
    const apiKey = keys.map((name) => read.text(name)).find((value) => value !== undefined) ?? null;
    const baseUrl = baseUrls.map((name) => read.url(name)).find((value) => value !== undefined) ?? null;
    const isUsable = type === "openai-compatible" ? baseUrl !== null : apiKey !== null || baseUrl !== null;
    if (isUsable)
      found.set(id, {
        type,
        apiKey,
        baseUrl,
        models: {} as Record<string, ModelSettings>,
        source: "environment",
      });
  }
  return found;
}
