/** The database files. No transaction spans two of them. */
export const databaseNames = ["chat_history", "agents", "settings"] as const;

export type DatabaseName = (typeof databaseNames)[number];
