// The catalogue as components use it: typed keys, ICU messages, English or German.
import { createElement, useMemo, type ReactNode } from 'react';
import { IntlProvider, useIntl } from 'react-intl';
import de from './de.json' with { type: 'json' };
import en from './en.json' with { type: 'json' };
import type { Language } from './language.ts';

export type MessageKey = keyof typeof en;
export { languageFor, type Language } from './language.ts';
export type Values = Readonly<Record<string, string | number | Date>>;

const catalogues: Readonly<Record<Language, Readonly<Record<MessageKey, string>>>> = { en, de };

/** Gives all below it their words; a message that cannot be formatted is an error and not a key on the screen. */
export function WordsProvider({ language, children }: { language: Language; children: ReactNode }) {
  return createElement(
    IntlProvider,
    {
      locale: language,
      defaultLocale: 'en',
      messages: catalogues[language],
      onError: (error) => {
        throw error;
      },
    },
    children,
  );
}

export interface Words {
  /** The message in the person's language. */
  (key: MessageKey, values?: Values): string;
  /** A message with parts that are components: `<name>` in ICU, or a value `{name}`. */
  rich(
    key: MessageKey,
    values: Readonly<Record<string, ReactNode | ((chunks: ReactNode) => ReactNode)>>,
  ): ReactNode;
  /** The message of a key that is made of a code, or null when the catalogue does not know the code. */
  maybe(key: string, values?: Values): string | null;
  readonly language: Language;
}

/** The words of this page's language. */
export function useWords(): Words {
  const intl = useIntl();
  return useMemo(() => {
    const say = (key: MessageKey, values?: Values) => intl.formatMessage({ id: key }, values);
    const rich: Words['rich'] = (key, values) =>
      intl.formatMessage({ id: key }, values as Parameters<typeof intl.formatMessage>[1]) as ReactNode;
    const maybe = (key: string, values?: Values) => (key in en ? say(key as MessageKey, values) : null);
    return Object.assign(say, { rich, maybe, language: intl.locale as Language });
  }, [intl]);
}
