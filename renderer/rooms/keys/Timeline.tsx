// Keys that followed one another on one line of time: since when, how long both signed, until when; each said in words too.
import type { KeyCard } from '../../../contract/ipc/rooms.ts';
import { useWords, type MessageKey } from '../../catalogue/words.tsx';
import { cx } from '../../ui/cx.ts';
import { useNow } from '../../ui/time.tsx';
import { useKeyNames } from '../useKeyNames.ts';
import { drawn, meaningOf, type Bar } from './chains.ts';

const fills: Readonly<Record<KeyCard['state'], string>> = {
  pending: 'fill-transparent stroke-control',
  active: 'fill-accent stroke-transparent',
  retiring: 'fill-control stroke-transparent',
  revoked: 'fill-transparent stroke-danger',
  compromised: 'fill-transparent stroke-danger',
};

function day(language: string, time: string): string {
  const locale = language === 'en' ? 'en-GB' : language;
  return new Intl.DateTimeFormat(locale, { dateStyle: 'medium' }).format(new Date(time));
}

function Track({ bar, now }: { bar: Bar; now: number }) {
  const { key, from, to, overlap } = bar;
  const x = (part: number): number => part * 1000;
  return (
    <svg aria-hidden="true" viewBox="0 0 1000 20" preserveAspectRatio="none" className="h-5 w-full">
      <line x1="0" x2="1000" y1="10" y2="10" className="stroke-line" vectorEffect="non-scaling-stroke" />
      <rect
        x={x(from)}
        width={Math.max(4, x(to) - x(from))}
        y="5"
        height="10"
        className={fills[key.state]}
        vectorEffect="non-scaling-stroke"
        strokeDasharray={key.state === 'pending' ? '3 3' : undefined}
      />
      {overlap && (
        <rect
          x={x(overlap[0])}
          width={x(overlap[1]) - x(overlap[0])}
          y="5"
          height="10"
          className="fill-warn stroke-transparent"
        />
      )}
      <line
        x1={x(now)}
        x2={x(now)}
        y1="0"
        y2="20"
        className="stroke-ink"
        strokeWidth="1.5"
        vectorEffect="non-scaling-stroke"
      />
    </svg>
  );
}

/** What its time means, in words. */
function useSpan() {
  const t = useWords();
  return (bar: Bar, now: number): string => {
    const { span, date } = meaningOf(bar, now);
    const on = date === null ? '' : day(t.language, date);
    return t(`key.span.${span}` as MessageKey, { from: on, until: on });
  };
}

export function Timeline({ chain }: { chain: readonly KeyCard[] }) {
  const t = useWords();
  const now = useNow();
  const say = useSpan();
  const { start, end, now: mark, bars } = drawn(chain, now);
  const wordsOf = useKeyNames();
  const { name } = wordsOf(chain.at(-1)?.name ?? '');
  return (
    <section
      aria-label={t('key.timeline', { key: name })}
      className="border-b border-line px-4 py-3 last:border-b-0"
    >
      <ol className="flex flex-col gap-2">
        {bars.map((bar, index) => {
          const after = chain[index + 1];
          const before = chain[index - 1];
          return (
            <li key={bar.key.name} className="grid grid-cols-[13rem_minmax(0,1fr)] items-center gap-x-4">
              <p className="min-w-0">
                <span className="block truncate font-semibold text-ink" title={bar.key.name}>
                  {wordsOf(bar.key.name).name}
                </span>
                <span className="block truncate text-sm text-ink-3">{t(`key.state.${bar.key.state}`)}</span>
              </p>
              <div className="min-w-0">
                <Track bar={bar} now={mark} />
                <p className={cx('text-sm', bar.overlap ? 'text-warn-ink' : 'text-ink-2')}>
                  {say(bar, now)}
                  {before && ` · ${t('key.replaces', { key: wordsOf(before.name).where })}`}
                  {after && ` · ${t('key.replaced-by', { key: wordsOf(after.name).where })}`}
                </p>
              </div>
            </li>
          );
        })}
      </ol>
      <div aria-hidden="true" className="tabular relative mt-1 ml-56 h-4 text-xs text-ink-3">
        {mark > 0.2 && (
          <span className="absolute left-0">{day(t.language, new Date(start).toISOString())}</span>
        )}
        <span
          className="absolute -translate-x-1/2 whitespace-nowrap text-ink-2"
          style={{ left: `${Math.min(97, Math.max(3, mark * 100))}%` }}
        >
          {t('key.now')}
        </span>
        {mark < 0.9 && (
          <span className="absolute right-0">{day(t.language, new Date(end).toISOString())}</span>
        )}
      </div>
    </section>
  );
}
