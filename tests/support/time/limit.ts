/** For all that has to come: passed only where it never comes, however busy the machine is. Not to be measured by. */
export const limitMs = 60_000;
