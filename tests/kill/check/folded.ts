import type { Followed, Outcome, StoredSession } from "../report/outcome.ts";
import { type Breach, same } from "./breach.ts";

/** Whoever folded the log knows what the server knows. */
export function checkFolded({ sessions, followed }: Outcome): Breach[] {
  return followed.flatMap((listener) => {
    const stored = sessions.find(({ session }) => session.id === listener.sessionId);
    return stored === undefined ? [] : compare(listener, stored);
  });
}

function compare(listener: Followed, stored: StoredSession): Breach[] {
  const who = `${listener.isLate ? "late" : "all along"}, in ${listener.sessionId}`;
  // From a log that was let go of nobody learns which tasks there were.
  const nouns = [
    "messages",
    "actions",
    "workspace",
    ...(listener.gaps > 0 ? [] : (["tasks"] as const)),
  ] as const;
  const differences = nouns.flatMap((noun) =>
    same("difference", `Its ${noun}, folded ${who}`, { expected: stored[noun], came: listener[noun] }),
  );
  const [expected, came] = [stored.session, listener.session].map((session) => ({
    ...session,
    lastEventId: "",
  }));
  return [...differences, ...same("difference", `The session, folded ${who}`, { expected, came })];
}
