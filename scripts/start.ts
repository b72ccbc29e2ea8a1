// `npm start`: opens the Console in demo mode in the best shell that this machine has, and says which, why, and how to better it.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { ensureBuilt } from './built.ts';
import { choose, type Choice, type ShellName } from './choose.ts';
import { fetchElectron } from './fetch-electron.ts';
import { lookAround } from './ground.ts';

const root = join(import.meta.dirname, '..');
const shells: readonly ShellName[] = ['electron', 'chromium', 'terminal'];
const HELP = `npm start -- [--shell electron|chromium|terminal] [ARGUMENTS]

  Opens the Console in demo mode: in Electron, else in the system's Chromium, else as a story in the terminal.
  --shell NAME   this one and no better one
  The other arguments go on to the app; those of the terminal demo (npm run demo -- --help) choose the terminal.
`;
/** What only the terminal demo understands. */
const terminals = /^--(scene|out|json|ask)(=|$)/;
const PATIENCE_MS = 15_000;
const signals = ['SIGHUP', 'SIGINT', 'SIGTERM'] as const;

interface Wish {
  readonly wanted: ShellName | null;
  readonly rest: readonly string[];
}

/** Takes `--shell NAME` out. Null when it cannot be understood. */
function read(argv: readonly string[]): Wish | null {
  const at = argv.indexOf('--shell');
  const wanted = shells.find((name) => name === argv[at + 1]) ?? null;
  if (at >= 0 && wanted === null) return null;
  const rest = at < 0 ? argv : [...argv.slice(0, at), ...argv.slice(at + 2)];
  return { wanted: wanted ?? (rest.some((arg) => terminals.test(arg)) ? 'terminal' : null), rest };
}

/** The program and its arguments. The demo is what is opened, whichever shell shows it. */
function commandOf({ shell, program, args }: Choice, rest: readonly string[]): [string, string[]] {
  if (shell === 'electron') return [program ?? '', [root, '--demo', ...rest, ...args]];
  if (shell === 'chromium')
    return [process.execPath, [join(root, 'main/app/chromium.ts'), '--demo', ...rest]];
  return [process.execPath, [join(root, 'demo/main.ts'), ...rest]];
}

/** Runs it to its end. A signal for us is one for it; what does not end in time is killed. */
function run(choice: Choice, rest: readonly string[]): Promise<number> {
  const [program, args] = commandOf(choice, rest);
  const child = spawn(program, args, { stdio: 'inherit', env: { ...process.env, ...choice.env } });
  for (const signal of signals)
    process.on(signal, () => {
      child.kill(signal);
      setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS).unref();
    });
  return new Promise((resolve) => {
    child.once('error', (error) => {
      process.stderr.write(`it could not be started: ${error.message}\n`);
      resolve(1);
    });
    child.once('exit', (code, signal) => resolve(code ?? (signal === 'SIGINT' ? 130 : 143)));
  });
}

async function main(): Promise<number> {
  const wish = read(process.argv.slice(2));
  if (wish === null) {
    process.stderr.write(`start: --shell wants one of ${shells.join(', ')}\n`);
    return 2;
  }
  if (wish.wanted === null && wish.rest.some((arg) => arg === '--help' || arg === '-h')) {
    process.stdout.write(HELP);
    return 0;
  }
  const seen = await lookAround(root, process.env, wish.wanted);
  const wants =
    (seen.display === 'x' || seen.display === 'wayland') && (wish.wanted ?? 'electron') === 'electron';
  const fetched =
    wants && seen.electron === null && seen.broken === null && (await fetchElectron(root, process.env));
  const choice = choose(fetched ? await lookAround(root, process.env, wish.wanted) : seen);
  process.stdout.write(`shell: ${choice.shell}\n`);
  for (const note of choice.notes) process.stderr.write(`${choice.shell}: ${note}\n`);
  if (choice.shell !== 'terminal' && (await ensureBuilt(root)).built)
    process.stderr.write('built the window\n');
  return run(choice, wish.rest);
}

process.exitCode = await main();
