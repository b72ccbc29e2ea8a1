// Starts the app in the system's Chromium, once for each officer of a state folder, for the demo only.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Serve } from '../../../contract/ipc/sender.ts';
import { isFault, LackFault } from '../../../core/fault/fault.ts';
import type { Places } from '../places.ts';
import type { Shell } from '../shell.ts';
import { ownFolder, stateFolder } from '../state-folder.ts';
import { checkDemo } from './demo-only.ts';
import { findChromium, hasDisplay, type Env } from './find.ts';
import { isRoot } from './flags.ts';
import { chromiumShell } from './shell.ts';

/**
 * `root`: the checkout. `built`: the built Console, `dist/console` of the checkout. `argv`: the app's own arguments. `lock`
 * takes a folder for this process and returns what gives it back; it rejects when another has it. `run` is the app itself.
 */
export interface StartOptions {
  readonly root: string;
  readonly built: string;
  readonly argv: readonly string[];
  readonly env: Env;
  readonly lock: (folder: string) => Promise<() => void>;
  readonly serve: Serve;
  readonly log: (line: string) => void;
  readonly run: (shell: Shell, argv: readonly string[], places: Places) => Promise<void>;
}

/** No window is drawn then: for tests on a machine without a display. */
const HEADLESS = 'SIGNER_CONSOLE_HEADLESS';

interface Build {
  readonly digest: string;
  readonly version: string;
}

function buildIn(built: string): Build {
  try {
    return JSON.parse(readFileSync(join(built, 'build.json'), 'utf8')) as Build;
  } catch (cause) {
    throw new LackFault('file_missing', 'the built Console; npm run build makes it', cause);
  }
}

/** Each officer's Console is an instance of its own. Arguments that are wrong are judged by the app. */
function instanceOf(argv: readonly string[]): string {
  const options = { officer: { type: 'string' }, data: { type: 'string' } } as const;
  const { values } = parseArgs({ args: [...argv], options, strict: false });
  const text = JSON.stringify([values.officer ?? null, values.data ?? null]);
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

async function begin(options: StartOptions): Promise<void> {
  const { root, built, argv, env, serve, log } = options;
  checkDemo(argv);
  const headless = env[HEADLESS] === '1';
  if (!headless && !hasDisplay(env)) throw new LackFault('display_missing');
  const program = findChromium(env);
  const { digest, version } = buildIn(built);
  const state = ownFolder(stateFolder(env, homedir(), process.platform));
  const folder = ownFolder(join(state, 'chromium', instanceOf(argv)));
  const unlock = await options.lock(folder);
  if (isRoot()) log('as root Chromium runs without its own sandbox; as another user it has one');
  const shell = chromiumShell({
    root,
    built,
    state,
    folder,
    program,
    headless,
    serve,
    log,
    last: unlock,
    exit: (status) => process.exit(status),
  });
  shell.ending.obey();
  const places = { root, state, build: digest, version, node: process.execPath, packaged: false };
  try {
    await options.run(shell, argv, places);
  } catch (cause) {
    log(told(cause));
    shell.ending.end(isFault(cause) && cause.kind === 'lack' ? 2 : 1);
  }
}

/** A fault in its own words, with its code and facts; anything else whole, for whoever mends it. */
function told(cause: unknown): string {
  if (isFault(cause)) return `signer-console: ${cause.says} ${cause.next} (${cause.message})`;
  return `signer-console: ${cause instanceof Error ? (cause.stack ?? cause.message) : String(cause)}`;
}

/** Resolves when the window is open, or with the exit status set: 2 for what is lacking here, 1 for a mistake of ours. */
export async function startChromium(options: StartOptions): Promise<void> {
  try {
    await begin(options);
  } catch (cause) {
    options.log(told(cause));
    process.exitCode = isFault(cause) ? 2 : 1;
  }
}
