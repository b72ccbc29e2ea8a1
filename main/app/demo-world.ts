// The demo's world: attaches to one that runs in this state folder, or starts one whose life is tied to ours.
import { spawn, type ChildProcess } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { lstat } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { WorldReady, type Seat } from '../../contract/demo/world.ts';
import { utf8 } from '../../core/bytes/bytes.ts';
import { LackFault, isFault } from '../../core/fault/fault.ts';
import { parseStrict } from '../../core/json/parse.ts';
import { parseAs } from '../../core/json/schema.ts';
import { makePrivateDir, readIfThere } from '../../ports/files.ts';

/** `node`: a Node 24 or later; null where there is none. `entry`: the world's own file. */
export interface WorldOptions {
  readonly state: string;
  readonly node: string | null;
  readonly entry: string;
  readonly readyMs?: number;
}

/** A world to live in. `own`: it was started here, and ends with `close`; another one ends with whoever started it. */
export interface LiveWorld {
  readonly ready: WorldReady;
  readonly own: boolean;
  /** Resolves when the world is gone, whoever ended it. */
  readonly ended: Promise<void>;
  close(): Promise<void>;
}

const READY_MS = 60_000;
const LARGEST = 256 * 1024;
const ANSWER_MS = 1000;
const WATCH_MS = 1000;
const END_MS = 10_000;
const OTHERS = 0o077;

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (thrown) {
    return thrown instanceof Error && 'code' in thrown && thrown.code === 'EPERM';
  }
}

/** A number may be another process by now: what counts is that somebody listens where the world said. */
function answers(url: string): Promise<boolean> {
  const { hostname, port, protocol } = new URL(url);
  return new Promise((resolve) => {
    const socket = createConnection({
      host: hostname.replace(/^\[|\]$/g, ''),
      port: Number(port === '' ? (protocol === 'https:' ? 443 : 80) : port),
      timeout: ANSWER_MS,
    });
    const end = (is: boolean) => () => {
      socket.destroy();
      resolve(is);
    };
    socket.once('connect', end(true)).once('error', end(false)).once('timeout', end(false));
  });
}

function parsed(bytes: Uint8Array): WorldReady {
  return parseAs(WorldReady, parseStrict(bytes, { maxBytes: LARGEST }));
}

/**
 * The world that runs here. Undefined when none does: when nobody answers, when an older app wrote the file, and when
 * somebody else could have written what a world says of itself. Then one is started, which judges the folder by itself.
 */
async function running(state: string): Promise<WorldReady | undefined> {
  const path = join(state, 'world.json');
  const bytes = await readIfThere(path);
  if (!bytes) return undefined;
  if (process.platform !== 'win32') {
    const { uid, mode } = await lstat(path);
    if (uid !== process.getuid?.() || (mode & OTHERS) !== 0) return undefined;
  }
  try {
    const ready = parsed(bytes);
    return isAlive(ready.pid) && (await answers(ready.signerUrl)) ? ready : undefined;
  } catch (thrown) {
    if (isFault(thrown)) return undefined;
    throw thrown;
  }
}

async function watch(pid: number, stop: AbortSignal): Promise<void> {
  while (!stop.aborted && isAlive(pid))
    await sleep(WATCH_MS, undefined, { signal: stop, ref: false }).catch(() => undefined); // stopped
}

function attached(ready: WorldReady): LiveWorld {
  const stop = new AbortController();
  const ended = watch(ready.pid, stop.signal);
  return { ready, own: false, ended, close: async () => stop.abort() };
}

/** The first line of the child's output; more than that is not awaited, and what comes after is nobody's. */
function readyLine(child: ChildProcess, ms: number): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    let text = '';
    const timer = setTimeout(() => end(new LackFault('demo_failed', `not ready within ${ms} ms`)), ms);
    const end = (fault: LackFault): void => {
      clearTimeout(timer);
      reject(fault);
    };
    child.once('error', (cause) => end(new LackFault('demo_failed', cause.message, cause)));
    child.once('exit', (code, signal) =>
      end(new LackFault('demo_failed', `ended with ${String(code ?? signal)}`)),
    );
    child.stdout?.setEncoding('utf8');
    child.stdout?.on('data', (part: string) => {
      const at = part.indexOf('\n');
      text += at < 0 ? part : part.slice(0, at);
      if (text.length > LARGEST) end(new LackFault('demo_failed', 'a ready line without an end'));
      else if (at >= 0) {
        clearTimeout(timer);
        child.stdout?.removeAllListeners('data').resume();
        resolve(utf8(text));
      }
    });
  });
}

async function end(child: ChildProcess, gone: Promise<void>): Promise<void> {
  child.stdin?.end();
  const late = setTimeout(() => child.kill('SIGTERM'), END_MS);
  const tooLate = setTimeout(() => child.kill('SIGKILL'), END_MS * 1.5);
  await gone;
  clearTimeout(late);
  clearTimeout(tooLate);
}

async function started({ state, node, entry, readyMs }: WorldOptions): Promise<LiveWorld> {
  if (node === null) throw new LackFault('node_missing');
  // Its stdin is our hand on it: when this process ends, however it does, the pipe breaks and the world ends.
  const child = spawn(node, [entry, '--state', state], { stdio: ['pipe', 'pipe', 'pipe'] });
  const log = createWriteStream(join(state, 'world.log'), { mode: 0o600 });
  log.on('error', () => undefined); // a log that cannot be written keeps nobody from the demo
  child.stderr.pipe(log);
  child.stdin.on('error', () => undefined); // it ended first: `exit` says so
  const gone = new Promise<void>((resolve) => {
    child.once('close', () => resolve());
  });
  try {
    const ready = parsed(await readyLine(child, readyMs ?? READY_MS));
    return { ready, own: true, ended: gone, close: () => end(child, gone) };
  } catch (thrown) {
    child.kill('SIGKILL');
    if (!isFault(thrown) || thrown.kind === 'lack') throw thrown;
    throw new LackFault('demo_failed', `the ready line: ${thrown.detail}`, thrown);
  }
}

/** The world of this state folder. LackFault `node_missing`, `demo_failed`. */
export async function openWorld(options: WorldOptions): Promise<LiveWorld> {
  await makePrivateDir(options.state);
  const ready = await running(options.state);
  return ready ? attached(ready) : started(options);
}

/** The seat of this officer, or the first one. LackFault `usage` for an officer who has none. */
export function seatOf({ seats }: WorldReady, officer: string | null): Seat {
  const seat = officer === null ? seats[0] : seats.find((one) => one.officer === officer);
  if (!seat) throw new LackFault('usage', `there is no demo officer ${officer ?? ''}`);
  return seat;
}
