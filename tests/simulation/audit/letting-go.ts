/** What is remembered of a log, by its sequence; no text where it was made void before anybody could look. */
type Events = ReadonlyMap<number, { text: string }>;

/** What docs/durability.md promises of the log of a session: it lets go of its oldest events above these only. */
const kept = { events: 10_000, bytes: 32 * 1024 * 1024 };
/** Or of all, after thirty days of rest; less a few hours, by which the clock may be set back meanwhile. */
const restMs = (30 * 24 - 6) * 3_600_000;

/** The last event that the log may have let go of by now; 0 when none. */
export function lastLetGo(events: Events, latestMs: number): number {
  return Math.max(lastOfSurplus(events), lastRested(events, latestMs));
}

/** The last that had more than the bounds from itself on. */
function lastOfSurplus(events: Events): number {
  const room = { ...kept };
  for (const [sequence, { text }] of [...events].reverse()) {
    room.events--;
    room.bytes -= Buffer.byteLength(text);
    if (room.events < 0 || room.bytes < 0) return sequence;
  }
  return 0;
}

/** The last before a rest of thirty days. */
function lastRested(events: Events, latestMs: number): number {
  let nextMs = latestMs;
  for (const [sequence, { text }] of [...events].reverse()) {
    if (text === "") continue;
    const { createdAt } = JSON.parse(text) as { createdAt: string };
    if (nextMs - Date.parse(createdAt) > restMs) return sequence;
    nextMs = Date.parse(createdAt);
  }
  return 0;
}
