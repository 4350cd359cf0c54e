export { createDeltaWriter } from "./delta-writer.ts";
export { createEventFeed } from "./event-feed.ts";
