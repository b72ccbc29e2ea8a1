// stella ceremony as people use it: a process, what is typed into it, what it says.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Said {
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
}

export interface Sitting {
  readonly child: ChildProcess;
  /** Resolves when this was said, on either stream, after what was waited for before. */
  says(text: string): Promise<void>;
  type(text: string): void;
  readonly ended: Promise<Said>;
}

const LATE_MS = 60_000;

/** Starts `stella ceremony` with these arguments, its input open. */
export function sit(args: readonly string[], env: NodeJS.ProcessEnv = {}): Sitting {
  return sitting(process.execPath, ['cli/main.ts', 'ceremony', ...args], env);
}

/** The same at a terminal: util-linux's script gives it a pty, and all that shows on it is on stdout. No shell stays between. */
export function sitAtTty(args: readonly string[]): Sitting {
  const command = [process.execPath, 'cli/main.ts', 'ceremony', ...args].map((one) => `'${one}'`).join(' ');
  return sitting('script', ['-qec', `exec ${command}`, '/dev/null'], {});
}

function sitting(program: string, args: readonly string[], env: NodeJS.ProcessEnv): Sitting {
  const child = spawn(program, args, {
    env: { ...process.env, ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let [out, err, seen] = ['', '', 0];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  child.stdin.on('error', () => undefined); // it may end before it read everything
  return {
    child,
    async says(text) {
      const late = Date.now() + LATE_MS;
      const found = (): boolean => {
        const at = (out + err).indexOf(text, seen);
        if (at >= 0) seen = at + text.length;
        return at >= 0;
      };
      while (!found()) {
        if (Date.now() > late || child.exitCode !== null) throw new Error(`never said: ${text}\n${err}`);
        await sleep(20);
      }
    },
    type: (text) => void child.stdin.write(text),
    ended: once(child, 'close').then(([status]) => ({ status: status as number | null, out, err })),
  };
}

/** Runs it with all of this typed ahead. */
export function stella(args: readonly string[], typed = '', env: NodeJS.ProcessEnv = {}): Promise<Said> {
  const sitting = sit(args, env);
  sitting.child.stdin?.end(typed);
  return sitting.ended;
}

const touches = (count: number): string => '\n'.repeat(count);

/** What is typed for each step of `rotate-signing-key` when all goes as it should. */
export const typed = {
  gather: `done\nsign\n${touches(3)}`,
  'check-hsm': `go\nsign\n${touches(2)}`,
  'right-hsm': `yes\nsign\n${touches(2)}`,
  generate: `go\nsign\n${touches(2)}`,
  possession: `go\nsign\n${touches(2)}`,
  endorse: `go\nsign\n${touches(2)}`,
  decide: `go\n${touches(2)}sign\n${touches(2)}`,
  publish: `go\nsign\n${touches(2)}`,
  'read-aloud': `go\nsign\n${touches(3)}`,
} as const;

/** All of it. */
export const everything = Object.values(typed).join('');
