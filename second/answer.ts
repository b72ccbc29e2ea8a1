// What the second decoder is asked and what it answers, as bytes; the same in each process that runs it.
import { viewDigestOf } from './view.ts';

/** More than the largest payload in base64. */
export const MOST_INPUT = 24 * 1024 * 1024;

function field(asked: unknown, name: string): string {
  const value: unknown =
    typeof asked === 'object' && asked !== null ? (asked as Record<string, unknown>)[name] : undefined;
  if (typeof value !== 'string') throw new Error(`${name} is missing`);
  return value;
}

/** `{version, payloadType, payload}` (payload in base64) to `{digest}` and a line's end. Throws Error with a plain message. */
export function answer(input: Buffer): string {
  if (input.length > MOST_INPUT) throw new Error(`more than ${MOST_INPUT} bytes`);
  const asked: unknown = JSON.parse(input.toString('utf8'));
  const payload = Buffer.from(field(asked, 'payload'), 'base64');
  const digest = viewDigestOf(field(asked, 'version'), field(asked, 'payloadType'), payload);
  return `${JSON.stringify({ digest })}\n`;
}
