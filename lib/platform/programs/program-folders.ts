export interface ProgramFolder {
  path: string;
  /** A person chose it, or its package manager works without root. So it may belong to the user of the server. */
  isChosen: boolean;
}

/** The folders in which the server looks for its own programs, in this order. */
export function trustedFolders(chosen: readonly string[], platform: string): ProgramFolder[] {
  const isMac = platform === "darwin";
  return [
    ...chosen.map((path) => ({ path, isChosen: true })),
    ...[...systemFolders, ...(isMac ? [] : [nixFolder])].map((path) => ({ path, isChosen: false })),
    ...(isMac ? [{ path: homebrewFolder, isChosen: true }] : []),
  ];
}

const systemFolders = ["/usr/local/bin", "/usr/bin", "/bin", "/usr/local/sbin", "/usr/sbin", "/sbin"];

const nixFolder = "/run/current-system/sw/bin";

/** Belongs to the user who installed Homebrew. */
const homebrewFolder = "/opt/homebrew/bin";
