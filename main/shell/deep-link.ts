// Reads a deep link out of arguments that anybody may have written: one form, and it can only open.
import { Ulid } from '../../core/name/names.ts';

export const LINK_SCHEME = 'signer-console';
const FORM = /^signer-console:\/\/request\/([0-9A-Z]{26})\/?$/;
const MOST_ARGUMENTS = 64;

/** The request that a link names, or null. Anything but exactly one such link says nothing. */
export function requestLinked(argv: readonly string[]): string | null {
  const links = argv.slice(0, MOST_ARGUMENTS).filter((arg) => arg.startsWith(`${LINK_SCHEME}:`));
  const [, id] = FORM.exec(links[0] ?? '') ?? [];
  const parsed = links.length === 1 ? Ulid.safeParse(id) : undefined;
  return parsed?.success === true ? parsed.data : null;
}
