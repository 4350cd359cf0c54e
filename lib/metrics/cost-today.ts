import { Gauge, type Registry } from "prom-client";
import { type Clock, timestamp } from "../ports/clock.ts";
import type { Storage } from "../ports/storage.ts";

export interface CostSources {
  storage: Pick<Storage, "events" | "costSince">;
  clock: Clock;
}

/** Cost of the current UTC day: read from the event log at the start, then updated with each usage event. */
export function registerCost({ storage, clock }: CostSources, registry: Registry): void {
  const today = () => timestamp(clock.now()).slice(0, 10);
  let day = today();
  let costUsd = storage.costSince(`${day}T00:00:00.000Z`);
  const startNewDay = () => {
    if (day === today()) return;
    day = today();
    costUsd = 0;
  };
  storage.events.onCommitted((_sessionId, events) => {
    startNewDay();
    for (const event of events) if (event.type === "usage") costUsd += event.data.usage.costUsd;
  });
  new Gauge({
    name: "talkcody_cost_today_usd",
    help: "What model requests cost since midnight UTC, as far as prices are known.",
    registers: [registry],
    collect() {
      startNewDay();
      this.set(costUsd);
    },
  });
}
