import { createSocket, type Socket } from "node:dgram";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server, type Socket as TcpSocket } from "node:net";
import { join } from "node:path";
import { loopback, metadata, ports, thisHost } from "./addresses.ts";
import { answerTo, questionIn } from "./dns.ts";
import type { Setting } from "./setting.ts";

export interface Hit {
  sink: string;
  text: string;
}

export interface Sinks {
  /** Everything that arrived anywhere since the last `forget`, on this host and on the other one. */
  hits(): Hit[];
  forget(): void;
  /** A socket in the file system. */
  socketPath: string;
  abstractName: string;
  close(): void;
}

/** Listens wherever something could leave to. */
export async function openSinks({ folder, uid }: Setting): Promise<Sinks> {
  const seen: Hit[] = [];
  const record = (sink: string, text = "") => void seen.push({ sink, text: text.slice(0, 2000) });
  const socketPath = join(folder, "agent.sock");
  const abstractName = `talkcody-trial-${process.pid}`;
  rmSync(socketPath, { force: true });
  const opened = await Promise.all([
    ...[loopback, thisHost, metadata].flatMap((host) => [
      ...ports.tcp.map((port) => listenTcp({ host, port }, record)),
      ...ports.udp.map((port) => listenUdp({ host, port }, record)),
      listenDns(host, record),
    ]),
    listenTcp({ path: socketPath }, record),
    listenTcp({ path: `\0${abstractName}` }, record),
  ]);
  const { chmodSync, chownSync } = await import("node:fs");
  chmodSync(socketPath, 0o777);
  if (process.getuid?.() === 0) chownSync(socketPath, uid, uid);
  const log = join(folder, "other-host.jsonl");
  let pings = pingsSeen();
  return {
    socketPath,
    abstractName,
    hits: () => [
      ...seen,
      ...arrivedAtOtherHost(log),
      ...(pingsSeen() > pings ? [{ sink: "icmp", text: "an echo request" }] : []),
    ],
    forget: () => {
      seen.length = 0;
      writeFileSync(log, "");
      pings = pingsSeen();
    },
    close: () => opened.forEach((sink) => sink.close()),
  };
}

type RecordHit = (sink: string, text?: string) => void;

const redirect = `HTTP/1.1 302 Found\r\nlocation: http://${thisHost}:8080/\r\ncontent-length: 0\r\nconnection: close\r\n\r\n`;
const page = "HTTP/1.1 200 OK\r\ncontent-length: 5\r\nconnection: close\r\n\r\nsink\n";

async function listenTcp(
  place: { host: string; port: number } | { path: string },
  record: RecordHit,
): Promise<Server> {
  const name = "path" in place ? `unix ${place.path.replace("\0", "@")}` : `${place.host} tcp ${place.port}`;
  const server = createServer((socket: TcpSocket) => {
    record(name);
    socket.on("error", () => {});
    socket.once("data", (bytes: Buffer) => {
      record(name, bytes.toString("latin1"));
      socket.end(bytes.includes("/redirect-to-this-host") ? redirect : page);
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(place, resolve);
  });
  return server;
}

async function listenUdp(place: { host: string; port: number }, record: RecordHit): Promise<Socket> {
  const socket = createSocket("udp4");
  socket.on("message", (bytes) => record(`${place.host} udp ${place.port}`, bytes.toString("latin1")));
  await new Promise<void>((resolve) => socket.bind(place.port, place.host, resolve));
  return socket;
}

/** The name server that the machine of the trial asks. */
async function listenDns(host: string, record: RecordHit): Promise<Socket> {
  const socket = createSocket("udp4");
  socket.on("message", (bytes, from) => {
    record(`${host} dns`, questionIn(bytes));
    socket.send(answerTo(bytes), from.port, from.address);
  });
  await new Promise<void>((resolve) => socket.bind(ports.dns, host, resolve));
  return socket;
}

function arrivedAtOtherHost(log: string): Hit[] {
  if (!existsSync(log)) return [];
  const lines = readFileSync(log, "utf8").split("\n");
  return lines.filter((line) => line !== "").map((line) => JSON.parse(line) as Hit); // Written by other-host.ts.
}

/** Echo requests that this network has received. */
function pingsSeen(): number {
  const [names, values] = readFileSync("/proc/net/snmp", "utf8")
    .split("\n")
    .filter((line) => line.startsWith("Icmp:"))
    .map((line) => line.split(" "));
  return Number(values?.[names?.indexOf("InEchos") ?? -1] ?? 0);
}
