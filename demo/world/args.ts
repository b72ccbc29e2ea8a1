// The arguments of the demo's world: where its state lies, and what its pipeline does by itself.
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

/**
 * `state` is absolute. `quiet`: the pipeline does nothing unless asked. `seed`: what its documents follow from; null for
 * the one that was kept. `every`: the shortest pause between two submissions in seconds, the longest is three times that.
 * `poeTtl`: seconds for which an entitlement counts while licensing does not answer. `outage`: seconds until it first does
 * not answer by itself.
 */
export interface Args {
  readonly state: string;
  readonly quiet: boolean;
  readonly seed: number | null;
  readonly every: number;
  readonly poeTtl: number;
  readonly outage: number;
  readonly help: boolean;
}

/** Arguments that cannot be used; the message is one line. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export const HELP = `node demo/world/main.ts [--state DIR] [--quiet] [--seed N] [--every SECONDS] [--poe-ttl SECONDS] [--outage SECONDS]

  --state DIR        where keys, tokens, Signer and Consoles keep their data (made if missing); in your state folder unless given
  --quiet            the pipeline submits nothing unless it is asked to
  --seed N           what the pipeline's documents follow from; another one for each installation unless given
  --every SECONDS    the shortest pause between two submissions (20); the longest is three times that
  --poe-ttl SECONDS  how long the last positive entitlement counts while licensing does not answer (20)
  --outage SECONDS   when licensing first stops answering by itself (100); later about every twenty minutes

It prints one JSON line when it is ready, and ends with its stdin. If a world runs on that folder already, the line is that
world's, and this process ends with it.
`;

const USUAL_EVERY = 20;
const USUAL_TTL = 20;
const USUAL_OUTAGE = 100;
const LONGEST = 86_400;
const MOST_SEED = 4_294_967_295;

const options = {
  state: { type: 'string' },
  quiet: { type: 'boolean' },
  seed: { type: 'string' },
  every: { type: 'string' },
  'poe-ttl': { type: 'string' },
  outage: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

function parsed(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options, strict: true, allowPositionals: false }).values;
  } catch (thrown) {
    throw new UsageError(thrown instanceof Error ? (thrown.message.split('\n')[0] ?? '') : String(thrown));
  }
}

function number(name: string, text: string, form: RegExp, most: number): number {
  const value = form.test(text) ? Number(text) : Number.NaN;
  if (!(value <= most))
    throw new UsageError(`${name} wants a number up to ${most}, not ${JSON.stringify(text)}`);
  return value;
}

const WHOLE = /^\d{1,10}$/;
const DECIMAL = /^\d{1,5}(\.\d{1,3})?$/;

/** The user's own folder for the demo's state (XDG Base Directory: XDG_STATE_HOME, when it is an absolute path). */
export function stateFolder(env: NodeJS.ProcessEnv): string {
  const state = env['XDG_STATE_HOME'];
  const base = state?.startsWith('/') ? state : join(homedir(), '.local', 'state');
  return join(base, 'signer-console', 'demo');
}

/** npm changes into the package's folder; a relative path is meant from where the person stood. */
function standing(env: NodeJS.ProcessEnv): string {
  const byNpm = env['npm_lifecycle_event']?.startsWith('demo:') === true;
  return (byNpm ? env['INIT_CWD'] : undefined) ?? process.cwd();
}

/** Reads the arguments. Throws UsageError. */
export function readArgs(argv: readonly string[], env: NodeJS.ProcessEnv): Args {
  const { state, quiet = false, seed, every, outage, 'poe-ttl': ttl, help = false } = parsed(argv);
  if (state === '') throw new UsageError('--state wants a folder');
  return {
    state: state === undefined ? stateFolder(env) : resolve(standing(env), state),
    quiet,
    seed: seed === undefined ? null : number('--seed', seed, WHOLE, MOST_SEED),
    every: every === undefined ? USUAL_EVERY : number('--every', every, DECIMAL, LONGEST),
    poeTtl: ttl === undefined ? USUAL_TTL : number('--poe-ttl', ttl, DECIMAL, LONGEST),
    outage: outage === undefined ? USUAL_OUTAGE : number('--outage', outage, DECIMAL, LONGEST),
    help,
  };
}
