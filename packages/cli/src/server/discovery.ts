import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Failure } from "../failures.ts";

export interface DiscoveredServer {
  baseUrl: string;
  apiKey: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The address of the server and its key: TALKCODY_URL with TALKCODY_API_KEY, or else `server.json` and `api-key` in the
 * data directory. A key from the disk is never sent to an address from the environment. Throws Failure.
 */
export function discover(
  environment: Environment = process.env,
  platform: string = process.platform,
): DiscoveredServer {
  const [url, key] = [environment["TALKCODY_URL"]?.trim(), environment["TALKCODY_API_KEY"]?.trim()];
  if (url && !key) throw new Failure("TALKCODY_URL is set but TALKCODY_API_KEY is not: set both or neither.");
  if (url && !/^https?:\/\//.test(url))
    throw new Failure("TALKCODY_URL must start with http:// or https://.");
  if (url && key) return { baseUrl: url.replace(/\/+$/, ""), apiKey: key };
  const folder = dataDir(environment, platform);
  return { baseUrl: readServer(folder), apiKey: key || readKey(folder) };
}

/** TALKCODY_DATA_DIR, or the platform's folder for user data. The server uses the same rule. */
export function dataDir(environment: Environment, platform: string): string {
  const given = environment["TALKCODY_DATA_DIR"]?.trim();
  if (given) return given.replace(/[\\/]+$/, "");
  const home = environment["HOME"] ?? environment["USERPROFILE"] ?? ".";
  if (platform === "darwin") return `${home}/Library/Application Support/talkcody-backend`;
  if (platform === "win32")
    return `${environment["LOCALAPPDATA"] ?? `${home}/AppData/Local`}/talkcody-backend`;
  return `${environment["XDG_DATA_HOME"] ?? `${home}/.local/share`}/talkcody-backend`;
}

const noServer =
  "No server is running on this machine. Start one with `npm start`, " +
  "or set TALKCODY_URL and TALKCODY_API_KEY to use one elsewhere.";

function readServer(folder: string): string {
  const { url, pid } = serverFile(join(folder, "server.json"));
  if (!isRunning(pid)) throw new Failure(noServer);
  return url;
}

function serverFile(path: string): { url: string; pid: number } {
  const text = readIfThere(path);
  if (text === undefined) throw new Failure(noServer);
  const { url, pid } = parsed(text);
  if (typeof url !== "string" || typeof pid !== "number")
    throw new Failure(`${path} is damaged. Restart the server with \`npm start\`.`);
  return { url: url.replace(/\/+$/, ""), pid };
}

function readKey(folder: string): string {
  const path = join(folder, "api-key");
  const key = readIfThere(path)?.trim();
  if (!key) throw new Failure(`There is no key in ${path}. Set TALKCODY_API_KEY to the key of the server.`);
  return key;
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw new Failure(`${path} cannot be read (${code}).`, { cause: error });
  }
}

function parsed(text: string): { url?: unknown; pid?: unknown } {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : {};
  } catch {
    return {};
  }
}

/** EPERM means that the process runs, but belongs to another user. */
function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
