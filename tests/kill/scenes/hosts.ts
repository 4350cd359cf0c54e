import { calls, says } from "../../support/models/script.ts";
import type { Visit } from "../visit.ts";

/** A command that may not reach a host: one that nobody can grant, and one about which a person decides. */
export async function hosts(visit: Visit): Promise<void> {
  const { mark } = visit;
  const name = `${mark()
    .toLowerCase()
    .replaceAll(/[^a-z0-9]/g, "")}.invalid`;
  const command = [connectTo("localhost:9"), connectTo(`${name}:443`)].join("; ");
  const talk = await visit.converse([calls("bash", { command }), says(`Tried ${mark()}.`)], {
    settings: { autoApproveCommands: true },
  });
  await visit.settle(talk, [talk.taskId]);
}

/** Asks the proxy of the sandbox, and reads the beginning of its answer. */
function connectTo(target: string): string {
  const request = `CONNECT ${target} HTTP/1.1\\r\\nHost: ${target}\\r\\n\\r\\n`;
  return `(exec 3<>/dev/tcp/127.0.0.1/3128 && printf '${request}' >&3 && head -c 12 <&3) || true`;
}
