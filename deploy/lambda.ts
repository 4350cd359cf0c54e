import { loadConfig } from "../lib/config/config.ts";
import { createFunction } from "./lambda/create-function.ts";
import { openFunction } from "./lambda/open-function.ts";

const config = loadConfig();

/** Serves all operations, or the one in TALKCODY_FUNCTION_OPERATION, behind a streaming function URL: docs/guides/functions.md. */
export const handler = awslambda.streamifyResponse(createFunction(() => openFunction(config)));
