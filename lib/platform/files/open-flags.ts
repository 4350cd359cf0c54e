import { constants } from "node:fs";

/** Fails when anything is at the path, even a link. */
export const newFile = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;

/** Does not follow a link, and does not wait for the writer of a pipe. */
export const existingFile = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
