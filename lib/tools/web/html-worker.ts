import { parentPort, workerData } from "node:worker_threads";
import { htmlToMarkdown } from "./html-to-markdown.ts";

// A failure needs no answer: the other side hears the thread end.
parentPort?.postMessage(htmlToMarkdown(String(workerData)));
