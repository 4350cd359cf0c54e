import { isIP } from "node:net";
import { AppError } from "../../errors.ts";
import type { RepositoryKind } from "../../ports/git.ts";
import type { IsReachable } from "../addresses/reachable-address.ts";

/** The pattern of `Repository` in the contract. A test checks that they are equal. */
export const repositoryPattern =
  /^(https?:\/\/[A-Za-z0-9.-]+(:[0-9]{1,5})?\/[A-Za-z0-9._~/+%-]+|ssh:\/\/([A-Za-z0-9_][A-Za-z0-9._-]*@)?[A-Za-z0-9][A-Za-z0-9.-]*(:[0-9]{1,5})?\/[A-Za-z0-9._~/+-]+|[A-Za-z0-9_][A-Za-z0-9._-]*@[A-Za-z0-9][A-Za-z0-9.-]*:[A-Za-z0-9._~/+-]+|(file:\/\/)?\/[^\x00-\x1f]+)$/; // oxlint-disable-line no-control-regex -- The pattern excludes them.

/** The pattern of `Branch` in the contract. */
export const branchPattern = /^[A-Za-z0-9_][A-Za-z0-9_+-]*([./][A-Za-z0-9_+-]+)*$/;

export type Protocol = "https" | "http" | "ssh" | "file";

export interface RepositoryUrl {
  kind: RepositoryKind;
  /** The only protocol that git may use for this URL. */
  protocol: Protocol;
  /** The host in its usual spelling, without a dot at its end. Undefined for a path. */
  host: string | undefined;
}

/** Parses a URL by the rules of the contract. Throws AppError invalid-request. */
export function readRepositoryUrl(repository: string, isReachable: IsReachable): RepositoryUrl {
  if (repository.length > 2000 || !repositoryPattern.test(repository)) throw invalidRepository(expected);
  if (repository.startsWith("/") || repository.startsWith("file://"))
    return { kind: "local", protocol: "file", host: undefined };
  if (/^https?:/.test(repository)) return readWebUrl(repository, isReachable);
  const [, named = ""] = /^(?:ssh:\/\/)?(?:[^@/]*@)?([^:/]+)/.exec(repository) ?? [];
  const host = usualSpelling(named);
  return { kind: kindOf(host, isReachable), protocol: "ssh", host };
}

const expected =
  "The repository should be https://host/path, ssh://user@host/path or user@host:path, without credentials.";

function readWebUrl(repository: string, isReachable: IsReachable): RepositoryUrl {
  const url = URL.parse(repository);
  if (url === null) throw invalidRepository(expected);
  const protocol = url.protocol === "https:" ? "https" : "http";
  const host = usualSpelling(url.hostname);
  if (protocol === "http" && !isLoopback(host))
    throw invalidRepository("Unencrypted http is allowed for loopback addresses only. Use https.");
  return { kind: kindOf(host, isReachable), protocol, host };
}

/** An address may be written in many ways, such as 127.1 or 2130706433; programs read them all. */
function usualSpelling(host: string): string {
  const name = URL.parse(`http://${host}/`)?.hostname;
  if (name === undefined) throw invalidRepository(expected);
  return name.replace(/\.$/, "");
}

function kindOf(host: string, isReachable: IsReachable): RepositoryKind {
  return isLoopback(host) || (isIP(host) !== 0 && !isReachable(host)) ? "local" : "remote";
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host.endsWith(".localhost") || /^127(\.\d{1,3}){3}$/.test(host);
}

export function invalidRepository(detail: string): AppError {
  return new AppError("invalid-request", detail, { errors: [{ pointer: "/repository", detail }] });
}
