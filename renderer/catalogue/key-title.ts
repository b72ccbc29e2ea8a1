// The name of a key for people, from its facts: "the approval-only release key in HSM 45c3…".
import type { KeyTitle } from '../../core/directory/key-title.ts';

interface Catalogue {
  (key: 'key-title' | 'key-title.with', values: Readonly<Record<string, string>>): string;
  readonly language: string;
}

function facts({ use, approvalOnly, holder, provider, token, label }: KeyTitle): Record<string, string> {
  const place = provider === 'pkcs11' && token !== null ? 'token' : provider;
  return {
    use: use ?? 'unknown',
    only: approvalOnly ? 'yes' : 'no',
    place,
    token: token ?? '',
    named: label === null ? 'no' : 'yes',
    label: label ?? '',
    held: holder === null ? 'no' : 'yes',
    officer: holder ?? '',
  };
}

/** Without an article: for a list, a cell, the beginning of a line. */
export const keyTitleOf = (t: Catalogue, key: KeyTitle): string => t('key-title', facts(key));

/** As it stands after "with" in a sentence, with its article; several are joined by "and". */
export function withKeys(t: Catalogue, keys: readonly KeyTitle[]): string {
  const titles = keys.map((key) => t('key-title.with', { title: keyTitleOf(t, key) }));
  return new Intl.ListFormat(t.language, { type: 'conjunction' }).format(titles);
}
