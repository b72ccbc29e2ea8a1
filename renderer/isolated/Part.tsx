// The parts that every act's document is made of: a titled section, and a digest to read aloud.
import type { ReactNode } from 'react';
import type { Spoken } from '../../contract/ipc/review.ts';
import { Hex } from '../ui/Digest.tsx';
import { useWords } from './words.tsx';

/** A part of the document: a quiet heading, and what it holds. */
export function Part({
  title,
  aside,
  children,
}: {
  title: ReactNode;
  aside?: ReactNode;
  children: ReactNode;
}) {
  return (
    <section className="border-t border-line px-5 py-3.5">
      <div className="mb-2 flex items-baseline gap-3">
        <h2 className="text-sm font-semibold text-ink-3">{title}</h2>
        {aside !== undefined && <div className="tabular ml-auto text-sm text-ink-3">{aside}</div>}
      </div>
      {children}
    </section>
  );
}

/** A digest for the voice first, and for the eye below it. Whoever hears the words hears first that they are check words. */
export function Aloud({ label, spoken }: { label: string; spoken: Spoken }) {
  const t = useWords();
  return (
    <div>
      <h3 className="font-medium text-ink">{label}</h3>
      <ol
        aria-label={t('about.digest.words', { of: label })}
        className="mt-1.5 grid grid-cols-4 gap-1 text-md"
      >
        {spoken.words.map((word, at) => (
          <li
            key={`${word}${at}`}
            className="flex min-w-0 items-baseline gap-1.5 rounded-sm border border-line bg-surface px-1.5 py-0.5"
          >
            <span aria-hidden="true" className="tabular text-xs text-ink-3">
              {at + 1}
            </span>
            <span className="truncate font-medium">{word}</span>
          </li>
        ))}
      </ol>
      <Hex text={spoken.digest} className="mt-1.5 text-ink-2" />
    </div>
  );
}
