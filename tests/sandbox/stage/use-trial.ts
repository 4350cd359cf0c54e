import { afterAll, beforeAll } from "vitest";
import { openPlace, type Place, type PlaceOptions } from "./place.ts";
import { startTrialServer, type TrialOptions, type TrialServer } from "./server.ts";
import { openSinks, type Sinks } from "./sinks.ts";

export interface Trial {
  readonly server: TrialServer;
  /** A session of that server in a workspace of its own. */
  readonly place: Place;
  readonly sinks: Sinks;
}

/** The server, a place to run commands in and the sinks, for all tests of a file. */
export function useTrial(options: TrialOptions & PlaceOptions = {}): Trial {
  const opened: Partial<Trial> = {};
  beforeAll(async () => {
    const server = await startTrialServer(options);
    Object.assign(opened, { server });
    if (server.setting.network === "closed")
      Object.assign(opened, { sinks: await openSinks(server.setting) });
    Object.assign(opened, { place: await openPlace(server, options) });
  });
  afterAll(async () => {
    opened.sinks?.close();
    await opened.server?.stop();
  });
  const ready = <T>(part: T | undefined): T => {
    if (part === undefined) throw new Error("The trial is used before it has started.");
    return part;
  };
  return {
    get server() {
      return ready(opened.server);
    },
    get place() {
      return ready(opened.place);
    },
    get sinks() {
      return ready(opened.sinks);
    },
  };
}
