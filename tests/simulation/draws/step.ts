import type { World } from "../world.ts";

const second = 1000;
const hour = 3600 * second;
const day = 24 * hour;

/** One step of a storm: the seed chooses who is next. */
export function takeStep(world: World): void {
  const { stage, lives, clients } = world;
  const { random, time, trace } = stage;
  const server = lives.current;
  if (server === undefined) return lives.start();
  const kind = random.weighted({
    turn: time.turns.length > 0 ? 12 : 0,
    time: 5,
    move: world.isStopping ? 0 : 4,
    repeat: world.isStopping ? 0 : 2,
    read: world.isStopping ? 0 : 1.5,
    misfortune: 0.6,
  });
  trace.say(`  ${kind}`);
  switch (kind) {
    case "turn":
      return takeTurn(world);
    case "time":
      return void time.pass();
    case "move":
      return clients.move(server);
    case "repeat":
      return void clients.repeat(server);
    case "read":
      return read(world);
    case "misfortune":
      return strike(world);
  }
}

function takeTurn({ stage }: World): void {
  const { time, random, trace } = stage;
  const waiting = time.turns[random.below(time.turns.length)];
  if (waiting === undefined) return;
  trace.say(`  ${waiting.label}`);
  time.take(waiting);
}

function read(world: World): void {
  const { stage, lives } = world;
  const ids = lives.current?.storage.sessions.list({ limit: 100, archived: false }).map(({ id }) => id) ?? [];
  const [first, ...rest] = ids;
  if (first !== undefined) world.read(stage.random.pick([first, ...rest]));
}

const lifetimesMax = 5;

function strike(world: World): void {
  const { stage, lives } = world;
  const { random, faults, time, trace } = stage;
  const kind = random.weighted({ crash: 2, stop: 1.5, locked: 2, full: 2, forward: 1, back: 1 });
  trace.say(`  ${kind}`);
  switch (kind) {
    case "crash":
      if (lives.count >= lifetimesMax) return;
      faults.count("crash between steps");
      return world.end();
    case "stop":
      if (lives.count >= lifetimesMax || world.isStopping) return;
      faults.count("clean stop");
      return world.stop(10 * second);
    case "locked":
      return world.beginTrouble("busy", random.below(5 * second));
    case "full":
      return world.beginTrouble("storage-full", random.below(10 * second));
    case "forward":
      faults.count("time +10 days");
      return time.jump(10 * day);
    case "back":
      faults.count("time −1 hour");
      return time.jump(-hour);
  }
}
