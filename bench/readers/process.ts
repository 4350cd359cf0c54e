// A process of its own for the readers: options as JSON in, what they heard as JSON out.
import type { SwarmOptions } from "./swarm.ts";
import { runSwarm } from "./swarm.ts";

console.log(JSON.stringify(await runSwarm(JSON.parse(process.argv[2] ?? "") as SwarmOptions)));
process.exit();
