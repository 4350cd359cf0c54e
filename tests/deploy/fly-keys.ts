/** What flyctl (superfly/flyctl, internal/appconfig) makes of fly.toml, for the keys that a server like this one uses. */
export type FlyKind =
  | "text"
  | "number"
  | "boolean"
  | "texts"
  | "duration"
  | { oneOf: readonly string[] }
  | { table: FlyKeys }
  | { tables: FlyKeys }
  /** A table whose keys are names of one's own. */
  | { named: FlyKind };

export interface FlyKeys {
  [key: string]: FlyKind;
}

const processes: FlyKeys = { processes: "texts" };

const check: FlyKeys = {
  ...processes,
  port: "number",
  type: { oneOf: ["http", "tcp"] },
  interval: "duration",
  timeout: "duration",
  grace_period: "duration",
  method: "text",
  path: "text",
  protocol: { oneOf: ["http", "https"] },
  tls_skip_verify: "boolean",
  tls_server_name: "text",
  headers: { named: "text" },
};

export const flyKeys: FlyKeys = {
  app: "text",
  primary_region: "text",
  kill_signal: { oneOf: ["SIGTERM", "SIGINT", "SIGQUIT", "SIGUSR1", "SIGUSR2", "SIGKILL", "SIGSTOP"] },
  kill_timeout: "duration",
  swap_size_mb: "number",
  console_command: "text",
  build: { table: { dockerfile: "text", image: "text", ignorefile: "text", "build-target": "text" } },
  deploy: {
    table: {
      strategy: { oneOf: ["canary", "rolling", "bluegreen", "immediate"] },
      max_unavailable: "number",
      wait_timeout: "duration",
      release_command: "text",
      release_command_timeout: "duration",
    },
  },
  env: { named: "text" },
  processes: { named: "text" },
  mounts: {
    tables: {
      ...processes,
      source: "text",
      destination: "text",
      initial_size: "text",
      snapshot_retention: "number",
      auto_extend_size_threshold: "number",
      auto_extend_size_increment: "text",
      auto_extend_size_limit: "text",
    },
  },
  http_service: {
    table: {
      ...processes,
      internal_port: "number",
      force_https: "boolean",
      auto_stop_machines: { oneOf: ["off", "stop", "suspend"] },
      auto_start_machines: "boolean",
      min_machines_running: "number",
      concurrency: {
        table: {
          type: { oneOf: ["connections", "requests"] },
          soft_limit: "number",
          hard_limit: "number",
        },
      },
    },
  },
  checks: { named: { table: check } },
  metrics: { tables: { ...processes, port: "number", path: "text", https: "boolean" } },
  restart: {
    tables: {
      ...processes,
      policy: { oneOf: ["always", "never", "on-failure"] },
      retries: "number",
    },
  },
  vm: { tables: { ...processes, size: "text", memory: "text", cpus: "number", cpu_kind: "text" } },
};
