// Plain JavaScript, since the runtime of Lambda looks for nothing else: its handler is `deploy/lambda/index.handler`.
export { handler } from "../lambda.ts";
