import { ownPort } from "../kill/host/ports.ts";
import { createCaller, type Caller } from "../support/clients/caller.ts";
import { converse, toolResults } from "../support/conversation.ts";
import { calls, says } from "../support/models/script.ts";
import { eventWhere, taskEnded, until } from "../support/until.ts";
import { startContainer, type Container } from "./container.ts";

export interface Claim {
  what: string;
  holds: boolean;
}

/** A life of the image that is stopped in the middle of a task, and another one on the same volume. */
export async function tryImage(volume: string, secrets: Record<string, string>): Promise<Claim[]> {
  const port = await ownPort();
  const server = createCaller(() => `http://127.0.0.1:${port}`, secrets["TALKCODY_API_KEY"]);
  const env = {
    ...secrets,
    PORT: String(port),
    TALKCODY_PRIVATE_PORT: String(await ownPort()),
    TALKCODY_REPLICA_URL: "file:///data/replica",
  };
  const claims: Claim[] = [];
  const claim = (what: string, holds: boolean) => void claims.push({ what, holds });
  let container = startContainer({ volume, env });
  try {
    await answers(server);
    const { state, mechanism, uid, probes, reason } = await sandboxOf(server);
    const passed = probes.filter((probe) => probe.passed).length;
    console.log(
      `Sandbox: ${state}, ${mechanism}, user ${uid}, ${passed} of ${probes.length} probes passed. ${reason ?? ""}`,
    );
    claim(
      "the self-test of the sandbox passes, with bubblewrap",
      state === "on" && mechanism === "bubblewrap",
    );
    claim("commands run as a user of the host that is not root", typeof uid === "number" && uid > 0);
    claim("the root of the file system is read-only", container.run("touch", "/app/new") !== 0);
    claims.push(...ofProcesses(container, secrets));
    const { sessionId, taskId } = await converse(server, steps, { settings: { autoApproveCommands: true } });
    await eventWhere(server, sessionId, ({ type }) => type === "token");
    const results = await toolResults(server, sessionId);
    const seen = JSON.stringify(results);
    claim("a command sees no database and no key file", seen.includes("DATA none"));
    claim("a command sees no process but its own, so it can signal no other", seen.includes("OTHERS 0"));
    const isLeft = container.processes().some(({ command }) => command.includes("sleep 987"));
    claim("nothing that a command started is left", seen.includes("STARTED") && !isLeft);
    claim("git and ripgrep are there", seen.includes("git version") && results.every((one) => !one.isError));
    claim("SIGTERM in the middle of a task ends it with 0", container.stop() === 0);
    const said = container.logs();
    container.remove();
    container = startContainer({ volume, env });
    await answers(server);
    const ended = await taskEnded(server, taskId);
    claim("the next run goes on with the task, to its end", ended.state === "completed");
    for (const [name, secret] of Object.entries(secrets))
      claim(
        `${name} is in no log and in no command's sight`,
        !(said + seen + container.logs()).includes(secret),
      );
  } finally {
    container.remove();
  }
  return claims;
}

/** What a command finds of the server: files of the data folder, and processes that are not its own. */
const looksAround = [
  "ls /data/*.db /data/api-key /data/drill.json >/dev/null 2>&1 && echo DATA there || echo DATA none",
  "echo OTHERS $(cat /proc/[0-9]*/cmdline | tr '\\0' ' ' | grep -c -e '[s]tart.mjs' -e '[l]itestream' -e '[t]ini')",
  "setsid sleep 987 >/dev/null 2>&1 & echo STARTED",
].join("\n");

const steps = [
  calls("bash", { command: "git --version; env; cat /proc/*/environ /proc/*/cmdline /data/*; true" }),
  calls("bash", { command: looksAround }),
  calls("codeSearch", { pattern: "nothing", path: "." }),
  { text: "A long answer.", tokens: 500, tokensPerSecond: 100 },
  says("Done."),
];

async function answers(server: Caller) {
  const startedAt = performance.now();
  const description = await until(
    "the container answers",
    async () => {
      const answer = await server.call("getServer").catch(() => undefined);
      return answer?.status === 200 && answer.body;
    },
    { withinMs: 30_000 },
  );
  console.log(`First 200 ${Math.round(performance.now() - startedAt)} ms after the start of the container.`);
  return description;
}

/** When its self-test has ended. */
function sandboxOf(server: Caller) {
  return until("the sandbox is tested", async () => {
    const { sandbox } = (await server.call("getServer")).body;
    return sandbox.state !== "testing" && sandbox;
  });
}

function ofProcesses(container: Container, secrets: Record<string, string>): Claim[] {
  const processes = container.processes();
  const server = processes.find(({ command }) => command.includes("app/start.mjs"));
  const memory = processes
    .filter(({ command }) => /start\.mjs|litestream replicate/.test(command))
    .map(({ command, rss }) => `${command.split(" ")[0]} ${Math.round(rss / 1024)} MB`);
  console.log(`Memory: ${memory.join(", ")}.`);
  const commands = processes.map(({ command }) => command).join("\n");
  const environment = server?.environment ?? "";
  return [
    { what: "the server is not root", holds: server !== undefined && server.user !== "0" },
    {
      what: "no key is on a command line",
      holds: !Object.values(secrets).some((secret) => commands.includes(secret)),
    },
    {
      what: "the server has the key of its model, and none of the bucket",
      holds:
        environment.includes(secrets["ANTHROPIC_API_KEY"] ?? "-") &&
        !environment.includes(secrets["AWS_SECRET_ACCESS_KEY"] ?? ""),
    },
  ];
}
