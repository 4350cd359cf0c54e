import { ToolFailure } from "../../../tool.ts";

/** The sandbox itself could not start the program. */
export class FailedStart extends ToolFailure {
  constructor() {
    super(
      "The command was not run, because the sandbox could not start it. The sandbox is being tested again: `sandbox` in GET /v1/server says what is found.",
    );
  }
}
