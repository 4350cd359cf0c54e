import { findLitestream } from "../../deploy/litestream.ts";

/** The journeys of replication take the old Litestream of npm where they find no other; here they may not. */
export function setup(): void {
  const { bin, version, isStandIn } = findLitestream();
  if (isStandIn)
    throw new Error(
      `These tests need the Litestream of production, not ${version} (${bin}): set LITESTREAM_BIN to 0.5.17 or newer.`,
    );
}
