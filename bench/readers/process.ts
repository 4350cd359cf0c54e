// Runs the readers in their own process. Takes the options as JSON and prints the result as JSON.
import type { SwarmOptions } from "./swarm.ts";
import { runSwarm } from "./swarm.ts";

console.log(JSON.stringify(await runSwarm(JSON.parse(process.argv[2] ?? "") as SwarmOptions)));
process.exit();
