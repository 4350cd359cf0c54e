import { AppError } from "../../../errors.ts";
import { findAddresses, type ResolveHost, UnreachableHost } from "../../addresses/find-addresses.ts";
import type { IsReachable } from "../../addresses/reachable-address.ts";
import { type Protocol, readRepositoryUrl } from "../repository-url.ts";
import { openGitProxy } from "./git-proxy.ts";

export interface RemoteContext {
  allowLocalRepositories: boolean;
  isReachable: IsReachable;
  resolve: ResolveHost;
  /** Whether this host has an ssh that the server may run. */
  hasSsh(): boolean;
}

export interface RemoteRequest {
  repository: string;
  signal: AbortSignal;
  /** The error for what else goes wrong. */
  fail(detail: string): AppError;
}

/** How git reaches the repository. */
export interface Remote {
  repository: string;
  protocol: Protocol;
  env: Readonly<Record<string, string>>;
}

/**
 * Runs `work` with a way to the repository on which each host is checked. Throws AppError local-repository where the
 * address, or that of a redirect, is not public. Where local repositories are allowed, the address that was asked for may
 * be private; a redirect to another private one is refused all the same.
 */
export async function withRemote<T>(
  context: RemoteContext,
  request: RemoteRequest,
  work: (remote: Remote) => Promise<T>,
): Promise<T> {
  const { repository } = request;
  const { kind, protocol, host } = readRepositoryUrl(repository, context.isReachable);
  if (kind === "local" && !context.allowLocalRepositories) throw localRepository();
  if (host === undefined) return work({ repository, protocol, env: {} });
  const allowed = await checkHost(context, request, { host, protocol });
  if (protocol === "ssh" && !context.hasSsh())
    throw request.fail(
      "This host has no ssh program. Install it (apt-get install openssh-client), or clone over https.",
    );
  if (protocol === "ssh") return work({ repository, protocol, env: {} });
  const isReachable: IsReachable = (address) => context.isReachable(address) || allowed.includes(address);
  return throughProxy({ ...context, isReachable }, (env) =>
    work({ repository: withHost(repository, host), protocol, env }),
  );
}

export function localRepository(host?: string): AppError {
  const detail = host === undefined ? "" : `${host} is not on the public internet. `;
  return new AppError(
    "local-repository",
    `${detail}This host clones from public hosts only. Name its network in TALKCODY_REACHABLE_NETWORKS, or start the server with TALKCODY_ALLOW_LOCAL_REPOSITORIES=true to allow local repositories.`,
  );
}

/** The private addresses of the host that was asked for, where the owner allows them. A redirect to others is refused. */
async function checkHost(
  context: RemoteContext,
  { signal, fail }: RemoteRequest,
  { host, protocol }: { host: string; protocol: Protocol },
): Promise<string[]> {
  try {
    await findAddresses(host, { ...context, signal });
    return [];
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof UnreachableHost) {
      if (!context.allowLocalRepositories) throw localRepository(host);
      const found = await findAddresses(host, { ...context, isReachable: () => true, signal });
      return found.map(({ address }) => address);
    }
    // It may be a name that only the configuration of ssh knows, which the owner of the server writes.
    if (protocol === "ssh") return [];
    throw fail("The host name could not be resolved.");
  }
}

async function throughProxy<T>(
  context: RemoteContext,
  work: (env: Readonly<Record<string, string>>) => Promise<T>,
): Promise<T> {
  const proxy = await openGitProxy(context);
  try {
    return await work(proxy.env);
  } catch (error) {
    const refused = proxy.refused();
    throw refused === undefined ? error : localRepository(refused);
  } finally {
    proxy.close();
  }
}

/** The address with the host in the one spelling that the proxy accepts. */
function withHost(repository: string, host: string): string {
  return repository.replace(/^(https?:\/\/)[^/:]+/, (_all, scheme: string) => `${scheme}${host}`);
}
