// The arguments of `npm run signer`: a configuration file for a real Signer, or `--dev` for the sandbox.
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

/** `port` 0 is any free one; `data` is absolute, null for the user's own state folder; `poeTtl` in seconds. */
export type Args =
  | { readonly kind: 'config'; readonly path: string }
  | { readonly kind: 'dev'; readonly port: number; readonly data: string | null; readonly poeTtl: number }
  | { readonly kind: 'help' };

/** Arguments that cannot be used; the message is one line. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export const USAGE = `npm run signer -- --dev [--port N] [--data DIR] [--poe-ttl SECONDS]
npm run signer -- CONFIG.json

  --dev              a sandbox for people who write pipelines: plain HTTP on 127.0.0.1, a demo directory, keys in files
  --port N           the Signer's port; 0 or none: any free one
  --data DIR         where the sandbox keeps its keys and log (made if missing); in your state folder unless given
  --poe-ttl SECONDS  how long the last positive entitlement counts while licensing does not answer (300)
  CONFIG.json        starts a Signer with this configuration (its members: signer/app/config.ts; an example: DIR/config.json)
`;

const DEFAULT_TTL = 300;
const LONGEST_TTL = 86_400;
const MOST_PORTS = 65_535;

const options = {
  dev: { type: 'boolean' },
  port: { type: 'string' },
  data: { type: 'string' },
  'poe-ttl': { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

function parsed(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options, allowPositionals: true, strict: true });
  } catch (thrown) {
    throw new UsageError(thrown instanceof Error ? (thrown.message.split('\n')[0] ?? '') : String(thrown));
  }
}

function whole(name: string, text: string | undefined, otherwise: number, most: number): number {
  if (text === undefined) return otherwise;
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (!(value <= most))
    throw new UsageError(`${name} wants a whole number from 0 to ${most}, not ${JSON.stringify(text)}`);
  return value;
}

/** Reads the arguments. Throws UsageError. */
export function readArgs(argv: readonly string[], cwd: string): Args {
  const { values, positionals } = parsed(argv);
  if (values.help) return { kind: 'help' };
  const [path, second] = positionals;
  if (!values.dev) {
    const dev = values.port ?? values.data ?? values['poe-ttl'];
    if (path === undefined || second !== undefined || dev !== undefined)
      throw new UsageError('give --dev for the sandbox, or one configuration file');
    return { kind: 'config', path: resolve(cwd, path) };
  }
  if (path !== undefined) throw new UsageError(`--dev takes no ${JSON.stringify(path)}`);
  if (values.data === '') throw new UsageError('--data wants a folder');
  return {
    kind: 'dev',
    port: whole('--port', values.port, 0, MOST_PORTS),
    data: values.data === undefined ? null : resolve(cwd, values.data),
    poeTtl: whole('--poe-ttl', values['poe-ttl'], DEFAULT_TTL, LONGEST_TTL),
  };
}

/** The user's own folder for the sandbox's state (XDG Base Directory: XDG_STATE_HOME, when it is an absolute path). */
export function stateFolder(env: NodeJS.ProcessEnv): string {
  const state = env['XDG_STATE_HOME'];
  const base = state?.startsWith('/') ? state : join(homedir(), '.local', 'state');
  return join(base, 'signer-console', 'sandbox');
}
