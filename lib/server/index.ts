export { createServer, type Server, type ServerOptions } from "./create-server.ts";
export { createDescription } from "./description.ts";
export { publishDiscovery, publishedUrl } from "./discovery.ts";
export { endOnFault } from "./end-on-fault.ts";
export { refusedEvent, type AnswerEvent, type FunctionAnswer, type FunctionEvent } from "./function-door.ts";
export { greeting } from "./greeting.ts";
export { attended, type Watched } from "./private-listener.ts";
export { stopOnSignal } from "./stop-on-signal.ts";
