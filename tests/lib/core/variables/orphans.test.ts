import { expect, test } from "vitest";
import { createVariables } from "../../../../lib/core/variables/variables.ts";
import { createMasking } from "../../../../lib/security/masking/masking.ts";
import * as temp from "../../storage/temp-storage.ts";

/** As a run of the server opens them. */
function openVariables() {
  const storage = temp.openTemp();
  const variables = createVariables({
    ...{ store: storage.variables, settings: storage.requestDatabases.settings },
    ...{ workspaces: storage.workspaces, masking: createMasking(), hostVariables: {} },
    ...{ isOwnVariable: () => false, isOwnSecret: () => false },
  });
  return { storage, variables };
}

test("variables whose workspace is gone are removed at the start, and all others stay", () => {
  const { storage, variables } = openVariables();
  const id = temp.newId("wsp");
  storage.workspaces.create({
    ...{ id, kind: "scratch", repository: null, branch: null, state: "ready", createdAt: temp.at },
  });
  const value = "a-value-of-mine";
  variables.change({ workspaceId: id }, { KEPT: { value } });
  variables.change({ workspaceId: "wsp_gone" }, { LEFT: { value } });
  variables.change("all", { SHARED: { value } });
  variables.removeOrphans();
  expect(Object.keys(variables.view({ workspaceId: id }))).toEqual(["KEPT"]);
  expect(Object.keys(variables.view("all"))).toEqual(["SHARED"]);
  expect(storage.variables.workspaceIds()).toEqual([id]);
  storage.workspaces.remove(id);
  variables.removeOrphans();
  expect(storage.variables.workspaceIds()).toEqual([]);
});

test("a change that is refused in part changes nothing", () => {
  const { storage, variables } = openVariables();
  const patch = { FINE: { value: "a-fine-value" }, PATH: { value: "/somewhere/else" } };
  expect(() => variables.change("all", patch)).toThrow(/PATH changes how programs are started/);
  expect(storage.variables.of("all")).toEqual([]);
});
