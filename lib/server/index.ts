export { createServer, type Server, type ServerOptions } from "./create-server.ts";
export { publishDiscovery } from "./discovery.ts";
