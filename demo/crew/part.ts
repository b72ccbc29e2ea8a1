// A part of the demo in a process of its own, that says in one JSON line on stdout when it is ready.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { parseStrict, type Json } from '../../core/json/parse.ts';
import { isFault } from '../../core/fault/fault.ts';
import type { Crew } from './crew.ts';
import { PartFailed, PartLate } from './failed.ts';

/**
 * What to run: `name` for people, an entry file for this very Node, its arguments, and what to add to the environment.
 * `log` is given whatever it says on stderr.
 */
export interface PartOptions {
  readonly name: string;
  readonly entry: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly log?: NodeJS.WritableStream;
}

/** A part that runs. */
export interface Part {
  readonly pid: number;
  /** What it said of itself when it was ready. */
  readonly ready: Readonly<Record<string, Json>>;
  /** Resolves when the process is gone. */
  readonly exited: Promise<void>;
  /** Asks it to end (SIGTERM), or with `SIGKILL` ends it at once; resolves when it is gone. */
  end(signal?: 'SIGTERM' | 'SIGKILL'): Promise<void>;
}

const READY_MS = 30_000;
const PATIENCE_MS = 3000;
const LONGEST_TAIL = 2000;

function exitOf(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
}

const endOf = ({ exitCode, signalCode }: ChildProcess): string => signalCode ?? `exit status ${exitCode}`;

/** The last that it said on stderr: the reason, should it fail. Log lines in JSON are told by their message. */
function tailOf(child: ChildProcess): () => string {
  let tail = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    tail = (tail + text).slice(-LONGEST_TAIL);
  });
  return () => tail.trim().split('\n').at(-1) ?? '';
}

function parsed(name: string, line: string): Record<string, Json> {
  try {
    const value = parseStrict(Buffer.from(line));
    if (typeof value === 'object' && value !== null && !Array.isArray(value) && value['ready'] === true)
      return value;
  } catch (thrown) {
    if (!isFault(thrown)) throw thrown;
  }
  throw new PartFailed(name, `it said ${JSON.stringify(line.slice(0, 200))} instead of being ready`);
}

async function firstLine(
  name: string,
  child: ChildProcess,
  exited: Promise<void>,
  tail: () => string,
): Promise<string> {
  const { stdout } = child;
  if (!stdout) throw new PartFailed(name, 'no stdout');
  const lines = createInterface({ input: stdout });
  const late = new AbortController();
  const line = once(lines, 'line', { signal: late.signal }).then(([text]: unknown[]) => String(text));
  const gone = exited.then(() => {
    throw new PartFailed(name, `it ended before it was ready: ${tail() || endOf(child)}`);
  });
  const timer = setTimeout(() => late.abort(), READY_MS);
  try {
    return await Promise.race([line, gone]);
  } catch (thrown) {
    if (late.signal.aborted) throw new PartLate(name, `it was not ready within ${READY_MS / 1000} s`, thrown);
    throw thrown;
  } finally {
    clearTimeout(timer);
    gone.catch(() => undefined); // it may end whenever it likes once it was ready
    line.catch(() => undefined);
    stdout.resume(); // what it says later must not fill the pipe
  }
}

/** Starts a part and waits until it is ready. Rejects with PartFailed; the process is gone then. */
export async function startPart(crew: Crew, options: PartOptions): Promise<Part> {
  const { name, entry, args, env = {} } = options;
  const child = spawn(process.execPath, [entry, ...args], {
    env: { ...process.env, ...env },
    stdio: ['pipe', 'pipe', 'pipe'], // its stdin ends with us: it sees our death
  });
  const exited = exitOf(child);
  const tail = tailOf(child);
  if (options.log) child.stderr.pipe(options.log, { end: false });
  child.stdin.on('error', () => undefined); // it is gone; `exited` says so
  let told = false;
  const end = async (signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> => {
    told = true;
    child.kill(signal);
    const timer = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS);
    await exited;
    clearTimeout(timer);
  };
  crew.joinChild(child, () => end());
  try {
    const ready = parsed(name, await firstLine(name, child, exited, tail));
    void exited.then(() => {
      if (!told) crew.lose(new PartFailed(name, `it ended by itself: ${tail() || endOf(child)}`));
    });
    return { pid: child.pid ?? 0, ready, exited, end };
  } catch (thrown) {
    await end('SIGKILL');
    throw thrown;
  }
}
