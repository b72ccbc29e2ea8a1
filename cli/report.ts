// How every command speaks: one JSON object or a few plain lines, and the exit code of a fault.
import type { AnyFault } from '../core/fault/fault.ts';
import { visible } from '../core/review/text.ts';

/** A command: takes its arguments, prints, returns the exit code. */
export type Command = (argv: readonly string[]) => Promise<number>;

/** 1 when something was checked and refused, 2 when the one who checks lacks something. */
export function exitCodeOf(fault: AnyFault): 1 | 2 {
  return fault.kind === 'refusal' ? 1 : 2;
}

/**
 * Prints a fault: with `--json` one object on stdout, else sentences on stderr. What others wrote is made visible.
 * `lacking` begins what is not a refusal.
 */
export function reportFault(fault: AnyFault, json: boolean, lacking = 'Cannot verify'): void {
  const verdict = fault.kind === 'refusal' ? 'refused' : 'incomplete';
  if (json) {
    printJson({ verdict, code: fault.code, says: fault.says, detail: visible(fault.detail) });
    return;
  }
  const head = verdict === 'refused' ? 'REFUSED' : lacking;
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
