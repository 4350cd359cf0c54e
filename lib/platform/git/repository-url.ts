import { AppError } from "../../errors.ts";
import type { RepositoryKind } from "../../ports/git.ts";

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
}

/** Parses a URL by the rules of the contract. Throws AppError invalid-request. */
export function readRepositoryUrl(repository: string): RepositoryUrl {
  if (repository.length > 2000 || !repositoryPattern.test(repository)) throw invalidRepository(expected);
  if (repository.startsWith("/") || repository.startsWith("file://"))
    return { kind: "local", protocol: "file" };
  if (/^https?:/.test(repository)) return readWebUrl(repository);
  const host = /^(?:ssh:\/\/)?(?:[^@/]*@)?([^:/]+)/.exec(repository)?.[1] ?? "";
  return { kind: isLoopback(host) ? "local" : "remote", protocol: "ssh" };
}

const expected =
  "The repository should be https://host/path, ssh://user@host/path or user@host:path, without credentials.";

function readWebUrl(repository: string): RepositoryUrl {
  const url = URL.parse(repository);
  if (url === null) throw invalidRepository(expected);
  const protocol = url.protocol === "https:" ? "https" : "http";
  const isLocal = isLoopback(url.hostname);
  if (protocol === "http" && !isLocal)
    throw invalidRepository("Unencrypted http is allowed for loopback addresses only. Use https.");
  return { kind: isLocal ? "local" : "remote", protocol };
}

function isLoopback(host: string): boolean {
  const name = host.toLowerCase().replace(/\.$/, "");
  return name === "localhost" || name.endsWith(".localhost") || /^127(\.\d{1,3}){1,3}$/.test(name);
}

export function invalidRepository(detail: string): AppError {
  return new AppError("invalid-request", detail, { errors: [{ pointer: "/repository", detail }] });
}
