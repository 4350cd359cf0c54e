import { createReader } from "./environment.ts";
import type { Environment } from "./environment.ts";
import type { FailpointTarget } from "../ports/failpoint.ts";
import type { ReplicaConfig } from "../operating/replica.ts";
import { environmentProviders } from "./environment-providers.ts";
import { environmentReplica } from "./environment-replica.ts";
import { environmentTraces } from "./environment-traces.ts";
import type { Provider } from "../settings.ts";
import type { TracesConfig } from "../ports/tracer.ts";
import { routes, type OperationId } from "../../packages/shared/src/routes.gen.ts";

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
  /** Pages that may talk to the server beside its own, as browsers name them. */
  allowedOrigins: readonly string[];
  /** Lower case. A proxy with TLS stands before the server, and names its caller in this header; undefined: there is none. */
  proxyAddressHeader: string | undefined;
  /** So many wrong keys may come at once from one address. */
  failedKeysMax: number;
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
  /** The replicator of the databases, for restore drills; undefined: hourly copies are all there is to restore. */
  litestreamBin: string | undefined;
  /** The descriptor that deploy/serve.sh hands the keys of the bucket over by. */
  replicaKeysDescriptor: number | undefined;
  /** Where the replicator says how far it is; deploy/replica.sh sets it. Undefined: nobody knows. */
  replicatorMetricsUrl: string | undefined;
  /** Where the platform asks how the server is; undefined: nowhere. */
  privatePort: number | undefined;
  privateHost: string;
  /** Where traces are sent; undefined: there are none. */
  traces: TracesConfig | undefined;
  /** The one operation that a function serves; undefined: all of them. Nothing to a server that listens. */
  functionOperation: OperationId | undefined;
  /** What commands may see of the environment. */
  commandEnvironment: Readonly<Record<string, string>>;
  /** Whether commands get namespaces of their own where the host has them; `off` shows what holds on other hosts. */
  isolation: "auto" | "off";
  /** For tests: the process ends itself with SIGKILL there. */
  failpoint: FailpointTarget | undefined;
}

/** Reads the environment; throws one ConfigError that names every mistake. */
export function loadConfig(
  environment: Environment = process.env,
  platform: string = process.platform,
): Readonly<Config> {
  const read = createReader(environment);
  const dataDir = read.path("TALKCODY_DATA_DIR") ?? defaultDataDir(environment, platform);
  const config: Config = {
    host: read.host("HOST") ?? "127.0.0.1",
    port: read.integer("PORT", { least: 0, most: 65_535 }) ?? 0,
    dataDir,
    workspacesDir: read.path("TALKCODY_WORKSPACES_DIR") ?? `${dataDir}/workspaces`,
    apiKey: read.key("TALKCODY_API_KEY"),
    allowedHosts: read.list("TALKCODY_ALLOWED_HOSTS"),
    allowedOrigins: [...desktopOrigins, ...read.origins("TALKCODY_ALLOWED_ORIGINS")],
    proxyAddressHeader: read.header("TALKCODY_PROXY_ADDRESS_HEADER"),
    failedKeysMax: read.integer("TALKCODY_FAILED_KEYS_MAX", { least: 1, most: 1_000_000 }) ?? 20,
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
    litestreamBin: read.text("LITESTREAM_BIN"),
    replicaKeysDescriptor: read.integer("TALKCODY_REPLICA_KEYS_DESCRIPTOR", { least: 0, most: 1023 }),
    replicatorMetricsUrl: read.url("TALKCODY_REPLICATOR_METRICS_URL"),
    privatePort: read.integer("TALKCODY_PRIVATE_PORT", { least: 1, most: 65_535 }),
    privateHost: read.host("TALKCODY_PRIVATE_HOST") ?? "127.0.0.1",
    traces: environmentTraces(read),
    functionOperation: read.choice("TALKCODY_FUNCTION_OPERATION", Object.keys(routes) as OperationId[]),
    commandEnvironment: commandEnvironment(environment),
    isolation: "auto",
    failpoint: read.failpoint("TALKCODY_TEST_FAILPOINT"),
  };
  read.report();
  return Object.freeze(config);
}

/** The webview of the desktop: on macOS and Linux, and on Windows. */
const desktopOrigins = ["tauri://localhost", "http://tauri.localhost"];

/** The platform's folder for a user's data. */
function defaultDataDir(environment: Environment, platform: string): string {
  const home = environment["HOME"] ?? environment["USERPROFILE"] ?? ".";
  if (platform === "darwin") return `${home}/Library/Application Support/talkcody-backend`;
  if (platform === "win32")
    return `${environment["LOCALAPPDATA"] ?? `${home}/AppData/Local`}/talkcody-backend`;
  return `${environment["XDG_DATA_HOME"] ?? `${home}/.local/share`}/talkcody-backend`;
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
