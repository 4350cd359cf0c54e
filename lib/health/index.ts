export { watchHealth, type Health } from "./watch-health.ts";
