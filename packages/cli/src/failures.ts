/** The command line cannot be understood; exit code 2. */
export class UsageError extends Error {}

/** Something outside cannot be reached or found; the message says what to do. Exit code 1. */
export class Failure extends Error {}
