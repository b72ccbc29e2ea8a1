// Which languages the window speaks, and which of them a choice and the system's locale mean.

export type Language = 'en' | 'de';

/** The language to speak for a choice and the system's locale. */
export function languageFor(choice: 'system' | Language, locale: string): Language {
  if (choice !== 'system') return choice;
  return locale.toLowerCase().startsWith('de') ? 'de' : 'en';
}
