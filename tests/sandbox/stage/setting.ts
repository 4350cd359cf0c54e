/** Who runs the server, and how it can build the sandbox. */
export interface Setting {
  user: "root" | "ordinary";
  mechanism: "bubblewrap" | "util-linux";
  /** `closed` is a network of its own, with sinks. */
  network: "closed" | "host";
  /** The uid of the server. */
  uid: number;
  /** Holds everything of this setting; belongs to the user of the server. */
  folder: string;
}

export function nameOf({ user, mechanism }: Pick<Setting, "user" | "mechanism">): string {
  return `${user}, ${mechanism}`;
}

/** The setting of this run of the tests; run.ts passes it on. */
export function currentSetting(): Setting {
  const text = process.env["TALKCODY_TRIAL"];
  if (text === undefined)
    throw new Error("Start these tests with `npm run test:sandbox`, which makes their machine.");
  return JSON.parse(text) as Setting; // Written by run.ts.
}
