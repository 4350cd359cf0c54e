import { parentPort, workerData } from "node:worker_threads";
import { htmlToMarkdown } from "./html-to-markdown.ts";

// A failure needs no answer: the parent sees the thread end.
parentPort?.postMessage(htmlToMarkdown(String(workerData)));
