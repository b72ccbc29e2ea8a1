// What a code says to a person, in their language: English stands in core's tables, German beside the catalogue.
import { caller, device, lack, refusal, wire } from '../../core/fault/codes.ts';
import german from './faults.de.json' with { type: 'json' };
import { useWords, type Language } from './words.tsx';

export interface Meaning {
  readonly says: string;
  readonly next: string;
}

export const english: Readonly<Record<string, Meaning>> = {
  ...caller,
  ...device,
  ...lack,
  ...refusal,
  ...wire,
};
const tables: Readonly<Record<Language, Readonly<Record<string, Meaning>>>> = { en: english, de: german };

/** What happened and what to do next; null for a code that no table knows. */
export function meaningOf(language: Language, code: string): Meaning | null {
  const table = tables[language];
  return Object.hasOwn(table, code) ? (table[code] ?? null) : null;
}

/** The meaning of a code in words; an unknown code is shown as it is, and says so. */
export function useMeaning(): (code: string) => Meaning {
  const t = useWords();
  return (code) =>
    meaningOf(t.language, code) ?? { says: t('fault.unknown', { code }), next: t('fault.unknown.next') };
}
