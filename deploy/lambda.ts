import { loadConfig } from "../lib/config/config.ts";
import { createFunction } from "./lambda/create-function.ts";
import { openFunction } from "./lambda/open-function.ts";

const config = loadConfig();

/** All operations, or the one that TALKCODY_FUNCTION_OPERATION names, behind a function URL that streams: docs/guides/functions.md. */
export const handler = awslambda.streamifyResponse(createFunction(() => openFunction(config)));
