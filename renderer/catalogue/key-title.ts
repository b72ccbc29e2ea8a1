// The name of a key for people, from its facts: "approval-only key, HSM 91a8…".
import type { KeyTitle } from '../../core/directory/key-title.ts';
import type { MessageKey } from './words.tsx';

interface Catalogue {
  (key: MessageKey, values?: Readonly<Record<string, string>>): string;
  readonly language: string;
}

/** A sentence's beginning. */
export const begin = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1);

/** What it is for and whose. `holder` as this page calls the officer. */
export function kindOf(
  t: Catalogue,
  { use, approvalOnly, holder }: Pick<KeyTitle, 'use' | 'approvalOnly' | 'holder'>,
): string {
  if (use === null) return t('key.kind.unknown');
  if (holder !== null) return t('key.kind.held', { officer: holder });
  return t(use === 'release' && approvalOnly ? 'key.kind.approval-only' : `key.kind.${use}`);
}

/** Where it is, and which one there. */
export const keyWhere = (t: Catalogue, { place, tail }: KeyTitle): string =>
  t(`key.where.${place}`, { tail });

/** For a line of its own. */
export const keyTitleOf = (t: Catalogue, key: KeyTitle): string =>
  begin(t('key.name', { kind: kindOf(t, key), where: keyWhere(t, key) }));

/** As it stands after "with" in a sentence; several are joined by "and". */
export function withKeys(t: Catalogue, keys: readonly KeyTitle[]): string {
  const titles = keys.map((key) => t('key.inline', { kind: kindOf(t, key), where: keyWhere(t, key) }));
  return new Intl.ListFormat(t.language, { type: 'conjunction' }).format(titles);
}
