// The app's arguments: foreign text, of which very little is taken.
import { LackFault } from '../../core/fault/fault.ts';
import { Id } from '../../core/name/names.ts';
import { linkedRequest } from '../shell/deep-link.ts';

/** `data`: an absolute folder. `request`: what a deep link asks to open. */
export interface Arguments {
  readonly demo: boolean;
  readonly officer: string | null;
  readonly data: string | null;
  readonly request: string | null;
}

const LONGEST_PATH = 4096;
const MOST_ARGUMENTS = 64;

/** Switches that the shell itself, or what drives it in tests, puts there: they are not ours to judge. */
const SHELLS =
  /^--(?:no-sandbox|disable-|enable-|ozone-|force-|allow-|use-|inspect|remote-debugging-|original-process-start-time|user-data-dir|lang|js-flags|log-|high-dpi-|headless|password-store|class|gtk-version)/;

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
