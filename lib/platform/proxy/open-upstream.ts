import type { Duplex } from "node:stream";
import type { HostGate, HostTarget } from "../../ports/network.ts";
import { findAddresses, type ResolveHost, UnreachableHost } from "../addresses/find-addresses.ts";
import type { IsReachable } from "../addresses/reachable-address.ts";
import type { Dial } from "./dial.ts";
import { Refusal } from "./refusal.ts";
import { isLocalName, literalAddress } from "./target.ts";

export interface UpstreamContext {
  gate: HostGate;
  isReachable: IsReachable;
  resolve: ResolveHost;
  dial: Dial;
  /** For the lookup and the connection together. */
  connectMs: number;
}

/**
 * Connects to a target when the grants of the workspace name it and all its addresses may be reached. Nothing is looked up
 * before the grant: a lookup alone could carry a secret out. Throws a Refusal.
 */
export async function openUpstream(
  context: UpstreamContext,
  { workspaceId, target, signal }: { workspaceId: string; target: HostTarget; signal: AbortSignal },
): Promise<Duplex> {
  const { gate } = context;
  const literal = literalAddress(target.host);
  const known = isLocalName(target.host) ? "127.0.0.1" : literal;
  if (known !== undefined && !context.isReachable(known)) throw unreachable(context, workspaceId, target);
  const verdict = await gate.decide(workspaceId, target, signal);
  if (!verdict.isGranted) throw new Refusal(403, verdict.reason);
  const inTime = AbortSignal.any([signal, AbortSignal.timeout(context.connectMs)]);
  try {
    const addresses = await findAddresses(literal ?? target.host, { ...context, signal: inTime });
    return await context.dial({ addresses, port: target.port, signal: inTime });
  } catch (error) {
    if (error instanceof UnreachableHost) throw unreachable(context, workspaceId, target);
    throw new Refusal(502, `${target.host}:${target.port} could not be reached (${reasonOf(error)}).`);
  }
}

function unreachable({ gate }: UpstreamContext, workspaceId: string, target: HostTarget): Refusal {
  gate.noteUnreachable(workspaceId, target);
  return new Refusal(
    403,
    `${target.host} is not on the public internet. The person who runs the server can name its network in TALKCODY_REACHABLE_NETWORKS.`,
  );
}

function reasonOf(error: unknown): string {
  const { code, name } = error as NodeJS.ErrnoException; // Of the system, or of an aborted signal.
  return code !== undefined && typeof code === "string" ? code : name;
}
