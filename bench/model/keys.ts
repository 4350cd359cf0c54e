/** How long the command of `command-<seconds>` sleeps: longer than any measure waits. */
export const commandSeconds = 60;

/** The models of the model server. opencode needs them declared. */
export const modelKeys = [
  "stream-1-0",
  "stream-5-0",
  "stream-100-0",
  "stream-200-0",
  "stream-5000-0",
  "stream-300-100",
  "stream-250-50",
  "stream-500-50",
  "tools-20",
  `command-${commandSeconds}`,
] as const;

export type ModelKey = (typeof modelKeys)[number];
