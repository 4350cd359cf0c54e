// The other host of a trial: answers whatever connects, and writes a line for everything that arrives.
import { createSocket } from "node:dgram";
import { appendFileSync } from "node:fs";
import { createServer } from "node:net";
import { otherHost, ports } from "../stage/addresses.ts";

const [log = ""] = process.argv.slice(2);
const body = "hello from the other host\n";
const page = `HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`;

for (const port of ports.tcp) {
  createServer((socket) => {
    arrived(`tcp ${port}`, "");
    socket.on("error", () => {});
    socket.once("data", (bytes: Buffer) => {
      arrived(`tcp ${port}`, bytes.toString("latin1"));
      socket.end(page);
    });
  }).listen(port, otherHost);
}
for (const port of ports.udp) {
  const socket = createSocket("udp4");
  socket.on("message", (bytes) => arrived(`udp ${port}`, bytes.toString("latin1")));
  socket.bind(port, otherHost);
}

function arrived(sink: string, text: string): void {
  appendFileSync(log, `${JSON.stringify({ sink: `${otherHost} ${sink}`, text: text.slice(0, 2000) })}\n`);
}
