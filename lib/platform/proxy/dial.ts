import { connect } from "node:net";
import type { Duplex } from "node:stream";
import { abortable } from "../../ports/clock.ts";
import type { ResolvedAddress } from "../addresses/find-addresses.ts";
import { pinnedLookup } from "../addresses/pinned-lookup.ts";

/** Connects to one of the addresses. */
export type Dial = (to: {
  addresses: readonly ResolvedAddress[];
  port: number;
  signal: AbortSignal;
}) => Promise<Duplex>;

export const dialTcp: Dial = ({ addresses, port, signal }) =>
  abortable<Duplex>(signal, ({ resolve, reject }) => {
    // Not the name that was asked for: what it means was decided with the addresses.
    const host = "checked.invalid";
    const socket = connect({ host, port, lookup: pinnedLookup(addresses), allowHalfOpen: true });
    let isConnected = false;
    socket.once("connect", () => {
      isConnected = true;
      socket.off("error", reject);
      resolve(socket);
    });
    socket.once("error", reject);
    return () => {
      if (isConnected) return;
      socket.on("error", () => {}); // Another address may still fail.
      socket.destroy();
    };
  });
