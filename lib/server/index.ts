export { createServer, type Server, type ServerOptions } from "./create-server.ts";
export { createDescription } from "./contract/description.ts";
export { publishDiscovery, publishedUrl } from "./process/discovery.ts";
export { endOnFault } from "./process/end-on-fault.ts";
export { exposureWarning } from "./process/exposure.ts";
export {
  refusedEvent,
  type AnswerEvent,
  type FunctionAnswer,
  type FunctionEvent,
} from "./function-adapter.ts";
export { closeInheritedDescriptors } from "./process/inherited-descriptors.ts";
export { greeting, sandboxLine } from "./process/greeting.ts";
export { withPrivateListener, type ServerHealth } from "./process/private-listener.ts";
export { stopOnSignal } from "./process/stop-on-signal.ts";
