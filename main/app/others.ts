// Consoles of the demo's other officers, as processes of their own beside this one.
import { spawn, type ChildProcess } from 'node:child_process';
import { LackFault } from '../../core/fault/fault.ts';

/** How this process was started: the same program and arguments, for another officer. */
export interface Started {
  readonly program: string;
  readonly before: readonly string[];
  readonly env: NodeJS.ProcessEnv;
}

/**
 * What of a command line (without the program) is not our own arguments: the app's path where it is not packaged, and the
 * shell's switches, wherever they stand. Our own begin after the path, so each is looked for from the end.
 */
export function withoutOwn(line: readonly string[], own: readonly string[]): string[] {
  const rest = [...line];
  for (const argument of own.toReversed()) {
    const at = rest.lastIndexOf(argument);
    if (at >= 0) rest.splice(at, 1);
  }
  return rest;
}

const ownOptions = ['--officer', '--data', '--demo'];

/** The arguments without what chooses the officer and without deep links, which are this window's own. */
export function argumentsFor(argv: readonly string[], officer: string, data: string | null): string[] {
  const kept: string[] = [];
  for (let at = 0; at < argv.length; at += 1) {
    const text = argv[at] ?? '';
    const named = ownOptions.find((name) => text === name || text.startsWith(`${name}=`));
    if (named === text && named !== '--demo') at += 1;
    else if (named === undefined && text.startsWith('--')) kept.push(text);
  }
  return [...kept, '--demo', '--officer', officer, ...(data === null ? [] : ['--data', data])];
}

export class Others {
  readonly #started: Started;
  readonly #running = new Map<string, ChildProcess>();

  constructor(started: Started) {
    this.#started = started;
  }

  /** Starts one, unless it runs already. LackFault `demo_failed` when the program cannot be started. */
  open(officer: string, argv: readonly string[]): Promise<void> {
    if (this.#running.has(officer)) return Promise.resolve();
    const { program, before, env } = this.#started;
    const child = spawn(program, [...before, ...argv], { env, stdio: 'ignore' });
    this.#running.set(officer, child);
    child.once('exit', () => this.#running.delete(officer));
    return new Promise((resolve, reject) => {
      child.once('spawn', () => resolve());
      child.once('error', (cause) => {
        this.#running.delete(officer);
        reject(new LackFault('demo_failed', cause.message, cause));
      });
    });
  }

  /** Asks those that were started here to end. */
  close(): void {
    for (const child of this.#running.values()) child.kill('SIGTERM');
  }
}
