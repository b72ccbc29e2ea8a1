// Times: relative to now and tabular, exact on focus and hover; countdowns that say in words when little is left.
import { Hourglass } from 'lucide-react';
import {
  cloneElement,
  createContext,
  useContext,
  useEffect,
  useState,
  type ReactElement,
  type ReactNode,
} from 'react';
import { useWords, type Words } from '../catalogue/words.tsx';
import { cx } from './cx.ts';
import { secondsLeft, URGENT_SECONDS } from './seconds.ts';
import { Tooltip } from './Tooltip.tsx';

const NowContext = createContext(0);

/** One clock for the whole page, ticking each second, so that all countdowns turn together. */
export function NowProvider({ children }: { children: ReactNode }) {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  return <NowContext value={now}>{children}</NowContext>;
}

/** The page's clock in milliseconds, a second fine. */
export const useNow = (): number => useContext(NowContext);

/** A stretch of time in its two largest units, or minutes and seconds under an hour; no time at all is less than a second. */
export function stretch(t: Words, seconds: number): string {
  const [d, h, m, s] = [seconds / 86400, (seconds / 3600) % 24, (seconds / 60) % 60, seconds % 60].map(
    Math.floor,
  ) as [number, number, number, number];
  if (d > 0) return t('time.dh', { d, h });
  if (h > 0) return t('time.hm', { h, m: String(m).padStart(2, '0') });
  if (m > 0) return t('time.ms', { m, s: String(s).padStart(2, '0') });
  return s > 0 ? t('time.s', { s }) : t('time.less');
}

/** A length of time that somebody set: whole minutes under an hour are said as such. */
export function duration(t: Words, seconds: number): string {
  return seconds < 3600 && seconds % 60 === 0 ? t('time.m', { m: seconds / 60 }) : stretch(t, seconds);
}

/** How far off clocks may be, and how late the page's own clock is, in seconds: nothing that has happened is "in 1 sec.". */
const LATE_CLOCK = 2;

/** How long ago, or how long until, in one unit. */
export function ago(t: Words, then: number, now: number): string {
  const seconds = Math.round((then - now) / 1000);
  if (seconds >= 0 && seconds <= LATE_CLOCK) return t('time.now');
  const format = new Intl.RelativeTimeFormat(t.language, { numeric: 'always', style: 'short' });
  const size = Math.abs(seconds);
  if (size < 60) return format.format(seconds, 'second');
  if (size < 3600) return format.format(Math.trunc(seconds / 60), 'minute');
  if (size < 86400) return format.format(Math.trunc(seconds / 3600), 'hour');
  return format.format(Math.trunc(seconds / 86400), 'day');
}

/** Date and time to the second, in this machine's zone, with the zone's name. */
export function exactTime(language: string, time: string): string {
  // Days before months, hours of 24: at night nobody should have to think which half of the day it was.
  const locale = language === 'en' ? 'en-GB' : language;
  return new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'long' }).format(new Date(time));
}

/** The exact time beside a relative one: a tooltip where it can hold focus, a title inside rows, which have it themselves. */
function Exactly(props: { exact: string; still: boolean; children: ReactElement<Record<string, unknown>> }) {
  const { exact, still, children } = props;
  return still ? cloneElement(children, { title: exact }) : <Tooltip text={exact}>{children}</Tooltip>;
}

/** `still`: inside a row that has the focus itself; the exact time is said, and shown on hover. */
export function RelativeTime(props: { time: string; still?: boolean; className?: string }) {
  const { time, still = false, className } = props;
  const t = useWords();
  const now = useNow();
  const exact = exactTime(t.language, time);
  return (
    <Exactly exact={exact} still={still}>
      <time dateTime={time} tabIndex={still ? undefined : 0} className={cx('tabular rounded-sm', className)}>
        {ago(t, Date.parse(time), now)}
        <span className="sr-only"> ({exact})</span>
      </time>
    </Exactly>
  );
}

/** Time left until `until`; the glyph and the weight say what the tone says. `strong`: in the ink of what matters. */
export function Countdown(props: { until: string; still?: boolean; strong?: boolean; className?: string }) {
  const { until, still = false, strong, className } = props;
  const t = useWords();
  const left = secondsLeft(until, useNow());
  const urgent = left <= URGENT_SECONDS;
  return (
    <Exactly exact={exactTime(t.language, until)} still={still}>
      <time
        dateTime={until}
        tabIndex={still ? undefined : 0}
        className={cx(
          'tabular inline-flex items-center gap-1 rounded-sm whitespace-nowrap',
          urgent ? 'font-semibold text-warn-ink' : strong ? 'font-semibold text-ink' : 'text-ink-2',
          className,
        )}
      >
        {urgent && <Hourglass aria-hidden="true" className="size-3 shrink-0" strokeWidth={2.25} />}
        {left === 0 ? t('time.over') : stretch(t, left)}
      </time>
    </Exactly>
  );
}
