// The few words of a virtual key's page.
import de from './de.json' with { type: 'json' };
import en from './en.json' with { type: 'json' };

const catalogues = { en, de } as const;

export type Key = keyof typeof en;

/** The words in a language; none of them has a number or a name in it. */
export const wordsOf =
  (language: 'en' | 'de') =>
  (key: Key): string =>
    catalogues[language][key];
