// How every command speaks: one JSON object or a few plain lines, and the exit code of a fault.
import type { AnyFault } from '../core/fault/fault.ts';
import { visible } from '../core/review/text.ts';

/** A command: takes its arguments, prints, returns the exit code. */
export type Command = (argv: readonly string[]) => Promise<number>;

/** 1 when something was checked and refused, 2 when the one who checks lacks something. */
export function exitCodeOf(fault: AnyFault): 1 | 2 {
  return fault.kind === 'refusal' ? 1 : 2;
}

/** What is true when a command ended early for a lack, by its words; an order may have been sent before its answer was lost. */
const heads: Readonly<Record<string, string>> = {
  verify: 'Cannot verify',
  review: 'Cannot review',
  'key list': 'Cannot list the keys',
  'key suspend': 'Not known to be suspended',
  'ceremony check': 'Cannot check',
  'ceremony print': 'Cannot print',
  'ceremony rehearse': 'The rehearsal cannot go on',
  'ceremony run': 'The ceremony cannot go on',
  'ceremony resume': 'The ceremony cannot go on',
  'ceremony verify': 'Cannot verify',
};

function headFor([name = '', sub = '']: readonly string[]): string {
  for (const words of [name, `${name} ${sub}`]) if (Object.hasOwn(heads, words)) return heads[words] ?? '';
  return 'Cannot be done';
}

/** An order is sent after its device signed it: what went wrong at the device kept it here. */
const unsent = ({ kind }: AnyFault, [name, sub]: readonly string[]): boolean =>
  kind === 'device' && name === 'key' && sub === 'suspend';

/**
 * Prints a fault of the command that was given as `argv`: with `--json` one object on stdout, else sentences on stderr. What
 * others wrote is made visible.
 */
export function reportFault(fault: AnyFault, argv: readonly string[]): void {
  const verdict = fault.kind === 'refusal' ? 'refused' : 'incomplete';
  if (argv.includes('--json')) {
    printJson({ verdict, code: fault.code, says: fault.says, detail: visible(fault.detail) });
    return;
  }
  const head = verdict === 'refused' ? 'REFUSED' : unsent(fault, argv) ? 'Nothing was sent' : headFor(argv);
  const detail = fault.detail ? ` (${visible(fault.detail)})` : '';
  process.stderr.write(`${head}: ${fault.says}${detail}\n${fault.next}\ncode: ${fault.code}\n`);
}

/** One JSON object on stdout, on one line. */
export function printJson(value: object): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

/** Plain lines on stdout; the caller has made foreign text visible. */
export function printLines(lines: readonly string[]): void {
  process.stdout.write(`${lines.join('\n')}\n`);
}
