import { cpSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "./command.ts";

/** A client that a foreign tool makes of the contract, and the program that does the main job with it. */
export interface GeneratedClient {
  name: string;
  /** Puts what is written by hand into an empty folder; gives the commands that make the client there, in order. */
  prepare(folder: string, tools: Tools): Command[];
  /** The program; it prints `passed: STEP` for each step. */
  trial(folder: string, tools: Tools): Command;
}

export interface Tools {
  /** The bundled contract. */
  contract: string;
  /** The folder of the programs that python/requirements.txt installs. */
  bin: string;
}

const here = import.meta.dirname;
const oapiCodegen = "github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen@v2.8.2";

export const generatedClients: GeneratedClient[] = [
  {
    name: "openapi-python-client",
    prepare: (folder, { contract, bin }) => {
      const output = ["--meta", "none", "--output-path", join(folder, "talkcody_client")];
      return [[join(bin, "openapi-python-client"), "generate", "--path", contract, ...output]];
    },
    trial: (_, { bin }) => [join(bin, "python"), join(here, "python/openapi_python_client_trial.py")],
  },
  {
    name: "openapi-generator-python",
    prepare: (folder, { contract, bin }) => {
      const output = ["--package-name", "talkcody_generated", "-o", folder];
      return [[join(bin, "openapi-generator-cli"), "generate", "-g", "python", "-i", contract, ...output]];
    },
    trial: (_, { bin }) => [join(bin, "python"), join(here, "python/openapi_generator_trial.py")],
  },
  {
    name: "oapi-codegen",
    prepare: (folder, { contract, bin }) => {
      cpSync(join(here, "go"), folder, { recursive: true });
      mkdirSync(join(folder, "api"));
      const output = ["-generate", "types,client", "-package", "api", "-o", "api/api.gen.go"];
      return [
        [join(bin, "go"), "run", oapiCodegen, ...output, contract],
        [join(bin, "go"), "build", "-o", "trial", "."],
      ];
    },
    trial: (folder) => [join(folder, "trial")],
  },
  {
    name: "openapi-ts",
    prepare: (folder, { contract }) => {
      cpSync(join(here, "typescript"), folder, { recursive: true });
      cpSync(contract, join(folder, "contract.json"));
      return [
        ["npm", "install", "--no-audit", "--no-fund", "--no-package-lock", "--loglevel=error"],
        [join(folder, "node_modules/.bin/openapi-ts")],
        [join(folder, "node_modules/.bin/tsc")],
      ];
    },
    trial: (folder) => [process.execPath, join(folder, "main.ts")],
  },
];
