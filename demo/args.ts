// The demo's arguments: which scene, where its files go, and who it speaks to.
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';

export const sceneNames = ['manual', 'keyful', 'denied'] as const;
export type SceneName = (typeof sceneNames)[number];

/** `out` is absolute, null for a fresh folder. `ask`: the person at the terminal types the PIN and gives the touch. */
export interface Args {
  readonly scene: SceneName;
  readonly out: string | null;
  readonly json: boolean;
  readonly ask: boolean;
  readonly help: boolean;
}

/** Arguments that cannot be used; the message is one line. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export const HELP = `npm run demo -- [--scene manual|keyful|denied] [--out DIR] [--json] [--ask]

  --scene manual   the scanner is not trusted: one officer reads and authorizes with a security key (default)
  --scene keyful   the key wants a quorum: two officers decide, then the HSM that holds the key signs
  --scene denied   an officer denies: nothing is signed, and the denial can be verified
  --out DIR        where the files go (made if missing); a new folder under the system's temporary one unless given
  --json           one JSON object on stdout, the narration on stderr
  --ask            you type the PIN and give the touch yourself
`;

const options = {
  scene: { type: 'string' },
  out: { type: 'string' },
  json: { type: 'boolean' },
  ask: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

function parsed(argv: readonly string[]) {
  try {
    const found = parseArgs({
      args: [...argv],
      options,
      strict: true,
      allowPositionals: false,
      tokens: true,
    });
    const names = found.tokens.flatMap((token) => (token.kind === 'option' ? [token.name] : []));
    const twice = names.find((name, at) => names.indexOf(name) !== at);
    if (twice !== undefined) throw new UsageError(`--${twice} is given twice`);
    return found.values;
  } catch (thrown) {
    if (thrown instanceof TypeError)
      throw new UsageError(thrown.message.split('\n', 1)[0] ?? 'unusable arguments');
    throw thrown;
  }
}

/** npm changes into the package's folder; a relative path is meant from where the person stood. */
function standing(env: NodeJS.ProcessEnv): string {
  const byNpm = env['npm_lifecycle_event'] === 'demo' || env['npm_lifecycle_event'] === 'start';
  return (byNpm ? env['INIT_CWD'] : undefined) ?? process.cwd();
}

/** Reads the arguments. Throws UsageError. */
export function readArgs(argv: readonly string[], env: NodeJS.ProcessEnv): Args {
  const { scene = 'manual', out, json = false, ask = false, help = false } = parsed(argv);
  const known = sceneNames.find((name) => name === scene);
  if (known === undefined)
    throw new UsageError(`there is no scene ${JSON.stringify(scene)}; use ${sceneNames.join(', ')}`);
  if (out === '') throw new UsageError('--out wants a folder');
  return { scene: known, out: out === undefined ? null : resolve(standing(env), out), json, ask, help };
}
