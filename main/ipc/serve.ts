// The only way from a page to a handler: sender, name, input, handler, output, reply. It never throws, and tells no stack.
import { randomBytes } from 'node:crypto';
import { calls, type Handlers } from '../../contract/ipc/calls.ts';
import { callNames, originOf, type CallOf, type Frame } from '../../contract/ipc/names.ts';
import type { Answer, Sender } from '../../contract/ipc/sender.ts';
import { CallerFault, isFault, WireFault } from '../../core/fault/fault.ts';

/** One call that failed, for main's log alone. `name` is null when it was not a name of the table. */
export interface Failed {
  readonly trace: string;
  readonly frame: Frame;
  readonly name: string | null;
  readonly cause: unknown;
}

/** What the wrapper takes from the outside. `trace` makes a new id of at most 64 characters. */
export interface ServeDeps {
  readonly log: (failed: Failed) => void;
  readonly trace?: () => string;
}

const UNKNOWN = 'The Console failed and logged why.';
const LONGEST = 1000;

/** Eight random bytes in hex: enough to find one line in a log. */
const newTrace = (): string => randomBytes(8).toString('hex');

/** The paths that a schema found fault with: names only, no values. */
const where = (issues: readonly { readonly path: readonly PropertyKey[] }[]): string =>
  issues
    .slice(0, 8)
    .map(({ path }) => path.map(String).join('.').slice(0, 100) || '(all)')
    .join(', ');

function checkSender(frame: Frame, sender: Sender): void {
  if (sender.frame !== frame) throw new WireFault('call_forbidden', 'another page');
  if (!sender.mainFrame) throw new WireFault('call_forbidden', 'not the main frame');
  if (sender.origin !== originOf(frame)) throw new WireFault('call_forbidden', 'another origin');
}

function nameIn<F extends Frame>(frame: F, name: unknown): CallOf<F> {
  const known = (callNames[frame] as readonly CallOf<F>[]).find((own) => own === name);
  if (known === undefined) throw new WireFault('call_forbidden', 'no such call of this page');
  return known;
}

/** `{code, message}` of whatever was thrown; only our own faults say more than that something failed. */
function told(cause: unknown): { readonly code: string; readonly message: string } {
  if (!isFault(cause)) return { code: 'internal', message: UNKNOWN };
  const message = cause.detail ? `${cause.says} (${cause.detail})` : cause.says;
  return { code: cause.code, message: message.slice(0, LONGEST) };
}

/**
 * The calls of one page, answered by these handlers and no others. Input and output are parsed by the table: what it does
 * not name goes neither in nor out. Codes of its own: `call_forbidden` (sender or name), `schema_invalid` (input),
 * `internal` (everything that is not one of our faults, and output that is not in the table).
 */
export function serve<F extends Frame>(frame: F, handlers: Handlers<F>, deps: ServeDeps): Answer {
  const trace = deps.trace ?? newTrace;

  const run = async (sender: Sender, asked: unknown, input: unknown): Promise<unknown> => {
    checkSender(frame, sender);
    const name = nameIn(frame, asked);
    const row = calls[name];
    const parsed = row.input.safeParse(input);
    if (!parsed.success) throw new CallerFault('schema_invalid', where(parsed.error.issues));
    const handler = handlers[name] as (given: unknown) => unknown;
    const output = row.output.safeParse(await handler(parsed.data));
    if (!output.success) throw new Error(`output of ${name}: ${where(output.error.issues)}`);
    return output.data;
  };

  return async (sender, name, input) => {
    try {
      return { ok: true, value: await run(sender, name, input) };
    } catch (cause) {
      const failure = { ...told(cause), trace: trace() };
      const known = callNames[frame].find((own) => own === name) ?? null;
      deps.log({ trace: failure.trace, frame, name: known, cause });
      return { ok: false, error: failure };
    }
  };
}
