// Running a tool as a child process: its output, or one line that says why there is none.
import { spawn } from 'node:child_process';
import { killGroup, type Crew } from './crew.ts';
import { PartFailed } from './failed.ts';

export interface Ran {
  readonly status: number;
  readonly stdout: Buffer;
  readonly stderr: string;
}

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** What to tell a person who lacks the tool: the line that mends it. */
  readonly mend?: string;
}

const TOOL_MS = 60_000;

function whyNot(tool: string, error: Error, mend: string | undefined): PartFailed {
  const missing = 'code' in error && error.code === 'ENOENT';
  const said = missing
    ? `it is not here${mend === undefined ? '' : `; mend it with: ${mend}`}`
    : error.message;
  return new PartFailed(tool, said, error);
}

/** Runs a tool to its end. Rejects with PartFailed when it cannot be started or takes longer than a minute. */
export function run(
  crew: Crew,
  tool: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = spawn(tool, [...args], {
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      env: { ...process.env, ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true, // a group of its own: npm starts more, and all of it must end
    });
    crew.joinChild(child, () => killGroup(child));
    const late = setTimeout(() => killGroup(child), TOOL_MS);
    const out: Buffer[] = [];
    let said = '';
    child.stdout.on('data', (bytes: Buffer) => out.push(bytes));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-4000)));
    child.once('error', (error) => {
      clearTimeout(late);
      reject(whyNot(tool, error, options.mend));
    });
    child.once('close', (code, signal) => {
      clearTimeout(late);
      if (code === null) reject(new PartFailed(tool, `it was ended by ${signal ?? 'a signal'}`));
      else resolve({ status: code, stdout: Buffer.concat(out), stderr: said });
    });
  });
}

/** As `run`, but any exit status other than 0 rejects with the last line that the tool said. */
export async function mustRun(
  crew: Crew,
  tool: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<Buffer> {
  const { status, stdout, stderr } = await run(crew, tool, args, options);
  if (status === 0) return stdout;
  throw new PartFailed(tool, `exit status ${status}: ${stderr.trim().split('\n').at(-1) ?? ''}`);
}
