// The words of this document: a small catalogue of its own, on top of the one that the primitives speak.
import { createElement, useMemo, type ReactNode } from 'react';
import { IntlProvider, useIntl } from 'react-intl';
import commonDe from '../catalogue/de.json' with { type: 'json' };
import commonEn from '../catalogue/en.json' with { type: 'json' };
import type { Language, Values } from '../catalogue/words.tsx';
import de from './de.json' with { type: 'json' };
import en from './en.json' with { type: 'json' };

type Key = keyof typeof en | keyof typeof commonEn;

const catalogues: Readonly<Record<Language, Readonly<Record<string, string>>>> = {
  en: { ...commonEn, ...en },
  de: { ...commonDe, ...de },
};

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
  (key: Key, values?: Values): string;
  /** A message with parts that are components. */
  rich(key: Key, values: Readonly<Record<string, ReactNode | ((chunks: ReactNode) => ReactNode)>>): ReactNode;
  /** The message of a key that is made of a code, or null when no catalogue knows it. */
  maybe(key: string, values?: Values): string | null;
  readonly language: Language;
}

export function useWords(): Words {
  const intl = useIntl();
  return useMemo(() => {
    const say = (key: string, values?: Values) => intl.formatMessage({ id: key }, values);
    const rich: Words['rich'] = (key, values) =>
      intl.formatMessage({ id: key }, values as Parameters<typeof intl.formatMessage>[1]) as ReactNode;
    const maybe = (key: string, values?: Values) => (key in catalogues.en ? say(key, values) : null);
    return Object.assign((key: Key, values?: Values) => say(key, values), {
      rich,
      maybe,
      language: intl.locale as Language,
    });
  }, [intl]);
}
