// What keys are called for people: what a key is for and whose, and the least of its URI that tells it from all others. Pure.
import type { KeyCard } from '../../contract/ipc/rooms.ts';
import { keyPlace } from '../../core/directory/key-title.ts';
import { begin, kindOf } from '../catalogue/key-title.ts';
import type { Words } from '../catalogue/words.tsx';

/** What a name is made of, as the directory has it; nothing of it is a requester's. */
export type NamedKey = Pick<KeyCard, 'use' | 'approvalOnly' | 'holder'>;

/** A key in words. `kind`, as it stands inside a sentence, and `where` can stand apart; `name` is both, for a line of its own. */
export interface KeyWords {
  readonly kind: string;
  readonly where: string;
  readonly name: string;
  readonly uri: string;
}

/** Puts a key into words. `key` undefined: the directory does not know it, and the name says so. */
export function keyWords(
  t: Words,
  uri: string,
  key: NamedKey | undefined,
  all: readonly string[],
  nameOf: (officer: string) => string,
): KeyWords {
  const { place, tail } = keyPlace(uri, all);
  const where = place === null ? tail : t(`key.where.${place}`, { tail });
  const { use = null, approvalOnly = false, holder = null } = key ?? {};
  const kind = kindOf(t, { use, approvalOnly, holder: holder && nameOf(holder) });
  return {
    kind,
    where,
    name: begin(t('key.name', { kind, where })),
    uri,
  };
}
