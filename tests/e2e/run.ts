// Runs the demo and stella as a person does: child processes, their status, their two streams.
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/** A few of many points by default, all of them with FULL=1 (`npm test -- --full`). */
export const points = <T>(few: readonly T[], others: readonly T[]): readonly T[] =>
  process.env['FULL'] === '1' ? [...few, ...others] : few;

export interface Ended {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly child: ChildProcess;
  /** Everything that it said on stderr until now. */
  said(): string;
  readonly ended: Promise<Ended>;
}

/** Starts the demo with these arguments. */
export function startDemo(args: readonly string[], env: NodeJS.ProcessEnv = {}): Running {
  const child = spawn(process.execPath, ['demo/main.ts', ...args], {
    env: { ...process.env, ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const ended = once(child, 'close').then(([status, signal]) => ({
    status: status as number | null,
    signal: signal as NodeJS.Signals | null,
    stdout,
    stderr,
  }));
  return { child, said: () => stderr, ended };
}

export const demo = (args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> =>
  startDemo(args, env).ended;

/** `stella verify --json`: its status and its object. */
export function stellaVerify(...args: string[]): { status: number | null; code?: string; says?: string } {
  const run = spawnSync(process.execPath, ['cli/main.ts', 'verify', '--json', ...args], { encoding: 'utf8' });
  return { status: run.status, ...(JSON.parse(run.stdout) as { code?: string; says?: string }) };
}
