export { createModelClient } from "./client.ts";
