// The app's arguments and deep links: foreign text, of which very little is taken.
import { LackFault } from '../../core/fault/fault.ts';
import { Id, Ulid } from '../../core/name/names.ts';

/** The scheme of deep links. It is not the one under which devices sign: no page may ever write that one. */
export const LINK_SCHEME = 'signer-console';

/** `data`: an absolute folder. `request`: what a deep link asks to open. */
export interface Arguments {
  readonly demo: boolean;
  readonly officer: string | null;
  readonly data: string | null;
  readonly request: string | null;
}

const LINK = new RegExp(`^${LINK_SCHEME}://request/([0-9A-Z]{26})/?$`);
const LONGEST_LINK = 100;
const LONGEST_PATH = 4096;
const MOST_ARGUMENTS = 64;

/** Switches that the shell itself, or what drives it in tests, puts there: they are not ours to judge. */
const SHELLS =
  /^--(?:no-sandbox|disable-|enable-|ozone-|force-|allow-|use-|inspect|remote-debugging-|original-process-start-time|user-data-dir|lang|js-flags|log-|high-dpi-|headless|password-store|class|gtk-version)/;

/** The request that a deep link asks to open; null for every other text, however it looks. */
export function linkedRequest(text: string): string | null {
  if (text.length > LONGEST_LINK) return null;
  const id = LINK.exec(text)?.[1];
  return id !== undefined && Ulid.safeParse(id).success ? id : null;
}

/** The one deep link among the arguments of a second instance; everything else there is ignored. */
export function linkIn(argv: readonly string[]): string | null {
  const found = argv
    .slice(0, MOST_ARGUMENTS)
    .map(linkedRequest)
    .filter((id) => id !== null);
  return found.length === 1 ? (found[0] ?? null) : null;
}

function usage(what: string): never {
  throw new LackFault('usage', what.slice(0, 200));
}

/** `--name value` or `--name=value`; where it ended. */
function valueOf(argv: readonly string[], at: number, name: string): { value: string; next: number } {
  const text = argv[at] ?? '';
  if (text.startsWith(`${name}=`)) return { value: text.slice(name.length + 1), next: at + 1 };
  const value = argv[at + 1];
  if (value === undefined || value.startsWith('--')) usage(`${name} needs a value`);
  return { value, next: at + 2 };
}

const isAbsolute = (path: string): boolean =>
  path.length <= LONGEST_PATH && /^(?:\/|[A-Za-z]:\\)[^\0]*$/.test(path);

/** Reads the arguments of the first instance. LackFault `usage` for what is unknown, given twice, or of another form. */
export function readArguments(argv: readonly string[]): Arguments {
  if (argv.length > MOST_ARGUMENTS) usage('too many arguments');
  const given: { demo?: boolean; officer?: string; data?: string; request?: string } = {};
  const once = <N extends keyof typeof given>(name: N, value: (typeof given)[N]): void => {
    if (given[name] !== undefined) usage(`${name} twice`);
    given[name] = value;
  };
  for (let at = 0; at < argv.length;) {
    const text = argv[at] ?? '';
    const named = ['--officer', '--data'].find((name) => text === name || text.startsWith(`${name}=`));
    if (text === '--demo') once('demo', true);
    else if (named) {
      const { value, next } = valueOf(argv, at, named);
      once(named === '--officer' ? 'officer' : 'data', value);
      at = next;
      continue;
    } else if (!SHELLS.test(text)) once('request', linkedRequest(text) ?? usage(text));
    at += 1;
  }
  const { demo = false, officer, data, request } = given;
  if (officer !== undefined && (!demo || !Id.safeParse(officer).success)) usage('--officer');
  if (data !== undefined && !isAbsolute(data)) usage('--data wants an absolute folder');
  return { demo, officer: officer ?? null, data: data ?? null, request: request ?? null };
}
