import type { Comparer, Contract } from "./compare.ts";
import { undeclared } from "./declared.ts";

export interface Claim {
  what: string;
  /** What is wrong; nothing when the claim holds. */
  findings: string[];
}

/** The check itself, tried with changes of a contract that has none of its own. */
export async function tryTheCheck(contract: Contract, { breaking }: Comparer): Promise<Claim[]> {
  const silent = "## [Unreleased]\n";
  const declaring = (entry: string) => `${silent}\n### Breaking\n\n- ${entry}\n`;
  const told = async (change: (copy: Contract) => void, changelog: string) => {
    const copy = structuredClone(contract);
    change(copy);
    return undeclared(await breaking(contract, copy), changelog);
  };
  const refused = (what: string, found: string[]) => ({
    what: `${what} is refused`,
    findings: found.length > 0 ? [] : ["It passed."],
  });
  return [
    refused("the undeclared removal of an operation", await told(removeOperation, silent)),
    {
      what: "a declared removal of an operation passes",
      findings: await told(removeOperation, declaring("`listTools` is gone.")),
    },
    refused("a removal that another entry declares", await told(removeOperation, declaring("`getTask`."))),
    refused("the undeclared removal of a parameter", await told(removeParameter, silent)),
    {
      what: "a declared removal of a parameter passes",
      findings: await told(removeParameter, declaring("`archived` of `listSessions`.")),
    },
    refused("the undeclared removal of a frame's field", await told(removeFrameField, silent)),
    { what: "an addition passes", findings: await told(addOperation, silent) },
  ];
}

function removeOperation({ paths }: Contract): void {
  delete paths["/v1/tools"];
}

function removeParameter({ paths }: Contract): void {
  const { get } = paths["/v1/sessions"] as { get: { parameters: { name?: string }[] } };
  const { parameters } = get;
  parameters.splice(
    parameters.findIndex(({ name }) => name === "archived"),
    1,
  );
}

function removeFrameField(contract: Contract): void {
  const { components } = contract as unknown as {
    components: { schemas: Record<"AckFrame", { required: string[]; properties: Record<string, unknown> }> };
  };
  const { AckFrame } = components.schemas;
  delete AckFrame.properties["status"];
  AckFrame.required.splice(AckFrame.required.indexOf("status"), 1);
}

function addOperation({ paths }: Contract): void {
  paths["/v1/extra"] = { get: { operationId: "getExtra", responses: { "200": { description: "Extra." } } } };
}
