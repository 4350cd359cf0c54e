import { constants } from "node:fs";

/** Only where nothing is, not even a link. */
export const newFile = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;

/** Not through a link, and without waiting for a pipe. */
export const existingFile = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
