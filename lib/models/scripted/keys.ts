/** The models of the scripted provider: key and display name. */
export const scriptedKeys = {
  demo: "Demo: repairs a small repository",
  echo: "Echo: repeats what you say",
  script: "Script: plays the steps in your message",
} as const;

export type ScriptedKey = keyof typeof scriptedKeys;
