// `node demo/world/main.ts`: what the demo runs behind the window, until its stdin ends or it is told to end.
import { setTimeout as sleep } from 'node:timers/promises';
import { visible } from '../../core/review/text.ts';
import { makePrivateDir } from '../../ports/files.ts';
import { Crew } from '../crew/crew.ts';
import { explain } from '../crew/failed.ts';
import { InUse, takeFolder } from '../crew/lock.ts';
import { watchNpm } from '../sandbox/parent.ts';
import { HELP, readArgs, UsageError, type Args } from './args.ts';
import { forgetWorld, isAlive, readWorld, writeWorld } from './state.ts';
import { startWorld } from './world.ts';

const UNUSABLE = 2;
const LOOK_MS = 200;
/** As long as another world may take to be ready. */
const PATIENCE_MS = 60_000;

const say = (line: string): void => {
  process.stderr.write(`world: ${visible(line.replaceAll(/\s+/g, ' ').trim())}\n`);
};

/** Ends the crew at a signal, at the end of stdin, or when nobody reads what is said. */
function obey(crew: Crew): void {
  const end = (code: number): void => void crew.end().finally(() => process.exit(code));
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => end(0));
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => end(0));
  for (const event of ['end', 'close', 'error']) process.stdin.on(event, () => end(0));
  process.stdin.resume();
  process.on('exit', () => crew.abandon());
  watchNpm(() => end(0));
}

/** Takes the folder; undefined while another world has it. */
function take(state: string): (() => void) | undefined {
  try {
    return takeFolder(state, 'another world');
  } catch (thrown) {
    if (thrown instanceof InUse) return undefined;
    throw thrown;
  }
}

async function run(crew: Crew, args: Args, release: () => void): Promise<void> {
  crew.join(release);
  await forgetWorld(args.state);
  const ready = await startWorld(crew, args, say);
  crew.join(() => forgetWorld(args.state));
  await writeWorld(args.state, ready);
  process.stdout.write(`${JSON.stringify(ready)}\n`);
}

/** Another world has the folder: tells of that one, and ends with it. Returns the folder when that world is gone first. */
async function attach(crew: Crew, { state }: Args): Promise<(() => void) | undefined> {
  const until = performance.now() + PATIENCE_MS;
  for (;;) {
    const world = await readWorld(state);
    if (world) {
      process.stdout.write(`${JSON.stringify(world)}\n`);
      while (isAlive(world.pid)) await sleep(LOOK_MS);
      say('the world that this one was attached to has ended');
      await crew.end();
      process.exit(0);
    }
    const release = take(state);
    if (release) return release;
    if (performance.now() > until) throw new InUse(`${state} is in use, and no world on it is ready`);
    await sleep(LOOK_MS);
  }
}

async function main(args: Args): Promise<void> {
  const crew = new Crew();
  obey(crew);
  try {
    await makePrivateDir(args.state);
    const release = take(args.state) ?? (await attach(crew, args));
    if (release) await run(crew, args, release);
  } catch (thrown) {
    if (crew.ending) return;
    process.stderr.write(`${explain(thrown)}\n`);
    await crew.end();
    process.exit(UNUSABLE);
  }
}

try {
  const args = readArgs(process.argv.slice(2), process.env);
  if (args.help) process.stdout.write(HELP);
  else await main(args);
} catch (thrown) {
  if (!(thrown instanceof UsageError)) throw thrown;
  process.stderr.write(`world: ${thrown.message}\n\n${HELP}`);
  process.exitCode = UNUSABLE;
}
