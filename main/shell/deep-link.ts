// Reads a deep link out of arguments that anybody may have written: one form, and it can only open.
import { Ulid } from '../../core/name/names.ts';

/** The scheme of deep links. It is not the one under which devices sign: no page may ever write that one. */
export const LINK_SCHEME = 'signer-console';
const FORM = new RegExp(`^${LINK_SCHEME}://request/([0-9A-Z]{26})/?$`);
const LONGEST = 100;
const MOST_ARGUMENTS = 64;

/** The request that a text asks to open; null for every other text, however it looks. */
export function linkedRequest(text: string): string | null {
  if (text.length > LONGEST) return null;
  const id = FORM.exec(text)?.[1];
  return id !== undefined && Ulid.safeParse(id).success ? id : null;
}

/** The request that the one link among arguments names, or null. Anything but exactly one link says nothing. */
export function requestLinked(argv: readonly string[]): string | null {
  const links = argv.slice(0, MOST_ARGUMENTS).filter((arg) => arg.startsWith(`${LINK_SCHEME}:`));
  return links.length === 1 ? linkedRequest(links[0] ?? '') : null;
}
