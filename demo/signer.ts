// `npm run signer`: the sandbox with `--dev`, or a Signer with its configuration file.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { isFault } from '../core/fault/fault.ts';
import { visible } from '../core/review/text.ts';
import { Crew } from './crew/crew.ts';
import { PartFailed } from './crew/failed.ts';
import { readArgs, USAGE, UsageError, type Args } from './sandbox/args.ts';
import { watchNpm } from './sandbox/parent.ts';
import { startSandbox } from './sandbox/sandbox.ts';

const UNUSABLE = 2;

/** One line for whatever kept the sandbox from starting. */
function reason(thrown: unknown): string {
  const part = thrown instanceof PartFailed ? `${thrown.part}: ` : '';
  const said = isFault(thrown)
    ? `${thrown.says} ${thrown.detail} ${thrown.next} [${thrown.code}]`
    : String(thrown instanceof Error ? thrown.message : thrown);
  return visible(`signer: ${part}${said}`.replaceAll(/\s+/g, ' ').trim());
}

function startConfigured(path: string): void {
  const main = fileURLToPath(new URL('../signer/app/main.ts', import.meta.url));
  const child = spawn(process.execPath, [main, path], { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal));
  child.once('error', (thrown) => {
    console.error(reason(thrown));
    process.exitCode = UNUSABLE;
  });
  child.once('exit', (code) => (process.exitCode = code ?? 1));
}

async function runSandbox(args: Extract<Args, { kind: 'dev' }>): Promise<void> {
  const crew = new Crew();
  const end = (code: number): void => void crew.end().finally(() => process.exit(code));
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => end(0));
  process.on('exit', () => crew.abandon());
  watchNpm(() => end(0));
  try {
    const { told, gone } = await startSandbox(crew, args, new Date());
    console.log(JSON.stringify(told));
    const part = await gone;
    if (crew.ending) return;
    console.error(`signer: the ${part} ended by itself; so does the sandbox`);
    end(1);
  } catch (thrown) {
    if (crew.ending) return;
    console.error(reason(thrown));
    end(UNUSABLE);
  }
}

try {
  const args = readArgs(process.argv.slice(2), process.cwd());
  if (args.kind === 'help') console.log(USAGE);
  else if (args.kind === 'config') startConfigured(args.path);
  else await runSandbox(args);
} catch (thrown) {
  if (!(thrown instanceof UsageError)) throw thrown;
  console.error(`signer: ${thrown.message}\n\n${USAGE}`);
  process.exitCode = UNUSABLE;
}
