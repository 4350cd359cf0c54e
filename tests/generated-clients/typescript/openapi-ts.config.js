// Node runs the files as they are, so imports carry the extension.
export default { input: "contract.json", output: { path: "client", module: { extension: ".ts" } } };
