import { commandEnvironment, toolchainVariables } from "./command-environment.ts";
import { defaultDataDir } from "./default-data-dir.ts";
import { createReader } from "./environment.ts";
import type { Environment } from "./environment.ts";
import type { FailpointTarget } from "../ports/failpoint.ts";
import type { ReplicaConfig } from "../operating/replica.ts";
import { environmentProviders } from "./environment-providers.ts";
import { environmentReplica } from "./environment-replica.ts";
import { environmentSettings } from "./environment-settings.ts";
import { environmentTraces } from "./environment-traces.ts";
import { hostVariables } from "./own-variables.ts";
import type { Provider, Settings } from "../settings.ts";
import type { TracesConfig } from "../ports/tracer.ts";
import { routes, type OperationId } from "../../packages/shared/src/routes.gen.ts";

/** The configuration of the server, read once from its environment. Frozen. */
export interface Config {
  host: string;
  /** 0 takes any free port. */
  port: number;
  dataDir: string;
  workspacesDir: string;
  /** Undefined: the server creates a key and keeps it in the data directory. */
  apiKey: string | undefined;
  /** Host names under which the server may be addressed, besides loopback ones; without port. */
  allowedHosts: readonly string[];
  /** Origins of web pages that may use the server, in the form of the Origin header. */
  allowedOrigins: readonly string[];
  /** In lower case: the header in which a TLS proxy in front of the server names the caller. Undefined: there is no proxy. */
  proxyAddressHeader: string | undefined;
  /** How many wrong API keys one address may send in a burst. */
  failedKeysMax: number;
  allowLocalRepositories: boolean;
  /** Networks that commands, clones and fetched pages may reach although they are not public, in CIDR form. */
  reachableNetworks: readonly string[];
  defaultModel: string | undefined;
  /** Settings that hold where no layer says something else. */
  defaultSettings: Pick<Settings, "permissionMode">;
  /** Providers whose key or address is in the environment, by id. */
  providers: ReadonlyMap<string, Provider>;
  logLevel: "silent" | "error" | "warn" | "info" | "debug";
  runningTasksMax: number;
  queuedMessagesMax: number;
  bodyBytesMax: number;
  fileBytesMax: number;
  /** A pending decision expires after this time. */
  actionTimeoutMs: number;
  /** A model that sends nothing for this long has failed. */
  modelIdleTimeoutMs: number;
  /** How long a stop may take. */
  gracePeriodMs: number;
  /** Where copies of the data go that outlive this machine. Undefined: no copies are made. */
  replica: ReplicaConfig | undefined;
  /** Path of the Litestream program, for restore drills. Undefined: drills restore the hourly copies. */
  litestreamBin: string | undefined;
  /** File descriptor through which deploy/serve.sh passes the keys of the bucket. */
  replicaKeysDescriptor: number | undefined;
  /** Metrics of the replicator, set by deploy/replica.sh. Undefined: its progress is not known. */
  replicatorMetricsUrl: string | undefined;
  /** Port for health checks and metrics. Undefined: there is no such port. */
  privatePort: number | undefined;
  privateHost: string;
  /** Where traces are sent. Undefined: no traces are made. */
  traces: TracesConfig | undefined;
  /** The only operation that a function serves. Undefined: all operations. A server that listens ignores it. */
  functionOperation: OperationId | undefined;
  /** Folders from which the server takes git, ssh and its other programs before it looks in those of the system. */
  programPaths: readonly string[];
  /** The environment of commands that the agent runs. */
  commandEnvironment: Readonly<Record<string, string>>;
  /** The environment of the server without its own secrets. Commands get of it only what a person names. */
  hostVariables: Readonly<Record<string, string>>;
  /** `auto`: the first mechanism whose self-test passes. `off`: no protection, and every command is asked about. */
  sandbox: (typeof sandboxModes)[number];
  /** The user under which commands run when the server is root. */
  toolUid: number;
  /** Folders of toolchains that commands see, beside those on the PATH. */
  toolPaths: readonly string[];
  /** Variables of version managers that lead to their toolchains. */
  toolchainVariables: Readonly<Record<string, string | undefined>>;
  /** For tests: the process kills itself with SIGKILL at this point. */
  failpoint: FailpointTarget | undefined;
}

/** Reads the environment. Throws one ConfigError that names every mistake. */
export function loadConfig(
  environment: Environment = process.env,
  platform: string = process.platform,
): Readonly<Config> {
  const read = createReader(environment);
  const dataDir = read.path("TALKCODY_DATA_DIR") ?? defaultDataDir(environment, platform);
  const config: Config = {
    host: read.host("HOST") ?? "127.0.0.1",
    port: read.integer("PORT", { min: 0, max: 65_535 }) ?? 0,
    dataDir,
    workspacesDir: read.path("TALKCODY_WORKSPACES_DIR") ?? `${dataDir}/workspaces`,
    apiKey: read.key("TALKCODY_API_KEY"),
    allowedHosts: read.list("TALKCODY_ALLOWED_HOSTS"),
    allowedOrigins: [...desktopOrigins, ...read.origins("TALKCODY_ALLOWED_ORIGINS")],
    proxyAddressHeader: read.header("TALKCODY_PROXY_ADDRESS_HEADER"),
    failedKeysMax: read.integer("TALKCODY_FAILED_KEYS_MAX", { min: 1, max: 1_000_000 }) ?? 20,
    allowLocalRepositories: read.flag("TALKCODY_ALLOW_LOCAL_REPOSITORIES"),
    reachableNetworks: read.networks("TALKCODY_REACHABLE_NETWORKS"),
    defaultModel: read.model("TALKCODY_MODEL"),
    defaultSettings: environmentSettings(read),
    providers: environmentProviders(read),
    logLevel: read.choice("TALKCODY_LOG_LEVEL", ["silent", "error", "warn", "info", "debug"]) ?? "warn",
    runningTasksMax: read.integer("TALKCODY_RUNNING_TASKS_MAX", { min: 1, max: 1000 }) ?? 32,
    queuedMessagesMax: 32,
    bodyBytesMax: 4 * 1024 * 1024,
    fileBytesMax: read.integer("TALKCODY_FILE_BYTES_MAX", { min: 1, max: 2 ** 40 }) ?? 100 * 1024 * 1024,
    actionTimeoutMs: 7 * 24 * 3_600_000,
    modelIdleTimeoutMs:
      read.integer("TALKCODY_MODEL_IDLE_TIMEOUT_MS", { min: 100, max: 3_600_000 }) ?? 300_000,
    gracePeriodMs: read.integer("TALKCODY_GRACE_PERIOD_MS", { min: 0, max: 300_000 }) ?? 10_000,
    replica: environmentReplica(read),
    litestreamBin: read.path("LITESTREAM_BIN"),
    replicaKeysDescriptor: read.integer("TALKCODY_REPLICA_KEYS_DESCRIPTOR", { min: 0, max: 1023 }),
    replicatorMetricsUrl: read.url("TALKCODY_REPLICATOR_METRICS_URL"),
    privatePort: read.integer("TALKCODY_PRIVATE_PORT", { min: 1, max: 65_535 }),
    privateHost: read.host("TALKCODY_PRIVATE_HOST") ?? "127.0.0.1",
    traces: environmentTraces(read),
    functionOperation: read.choice("TALKCODY_FUNCTION_OPERATION", Object.keys(routes) as OperationId[]),
    programPaths: read.paths("TALKCODY_PROGRAM_PATHS") ?? [],
    commandEnvironment: commandEnvironment(environment),
    hostVariables: hostVariables(environment),
    sandbox: read.choice("TALKCODY_SANDBOX", sandboxModes) ?? "auto",
    toolUid: read.integer("TALKCODY_TOOL_UID", { min: 1, max: 2 ** 31 }) ?? defaultToolUid,
    toolPaths: read.paths("TALKCODY_TOOL_PATHS") ?? [],
    toolchainVariables: toolchainVariables(environment),
    failpoint: read.failpoint("TALKCODY_TEST_FAILPOINT"),
  };
  read.report();
  return Object.freeze(config);
}

/** In the range that no distribution gives to users or services: above 60,000, below what systemd takes from 61,184. */
const defaultToolUid = 60_917;

const sandboxModes = ["auto", "bubblewrap", "util-linux", "off"] as const;

/** Origins of the desktop app: on macOS and Linux, and on Windows. */
const desktopOrigins = ["tauri://localhost", "http://tauri.localhost"];
