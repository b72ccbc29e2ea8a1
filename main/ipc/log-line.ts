// One call that failed, as a line of main's log: a refusal is one line, a defect has its stack.
import { isFault } from '../../core/fault/fault.ts';
import type { Failed } from './serve.ts';

function whatOf(cause: unknown): string {
  if (isFault(cause)) return `${cause.code} ${cause.detail}`.trim().replace(/\p{Cc}+/gu, ' ');
  return cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
}

/** Refusals are what a program answers every day: they are told by code, and their stacks would hide the defects. */
export function logLine({ trace, frame, name, cause }: Failed): string {
  return `call ${trace} ${frame} ${name ?? '?'}: ${whatOf(cause)}`;
}
