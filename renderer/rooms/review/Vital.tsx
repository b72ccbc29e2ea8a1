// What a decision hangs on beside the document: how long there is, the number to ask for, who has spoken and who must.
import { CircleCheck, CircleDashed, CircleX, Phone } from 'lucide-react';
import type { ReactNode } from 'react';
import type { Review } from '../../../contract/ipc/review.ts';
import { useWords } from '../../catalogue/words.tsx';
import { cx } from '../../ui/cx.ts';
import { Countdown, duration, RelativeTime } from '../../ui/time.tsx';
import { UntrustedText } from '../../ui/UntrustedText.tsx';
import { Pips } from '../inbox/Pips.tsx';
import { Officer } from '../Officer.tsx';

function Cell(props: { title: ReactNode; aside?: ReactNode; className?: string; children: ReactNode }) {
  return (
    <section className={cx('min-w-0 border-line px-4 py-3', props.className)}>
      <div className="mb-1 flex h-5 items-center justify-between gap-2">
        <h2 className="text-sm font-medium text-ink-3">{props.title}</h2>
        {props.aside}
      </div>
      {props.children}
    </section>
  );
}

function Match({ match }: { match: string }) {
  const t = useWords();
  return (
    <>
      <p className="exact text-xl leading-7 font-semibold tracking-[0.06em] text-ink">
        {match.slice(0, 3)}
        <span className="ml-3">{match.slice(3)}</span>
      </p>
      <p className="mt-0.5 flex gap-1.5 text-sm text-ink-3">
        <Phone aria-hidden="true" className="mt-0.5 size-3 shrink-0" />
        {t('rail.match.says')}
      </p>
    </>
  );
}

function Voices({ review, closed }: { review: Review; closed: boolean }) {
  const t = useWords();
  const { quorum, rule } = review;
  const still = Math.max(0, quorum.needed - quorum.given);
  const roles = rule.roles.map(({ role, count }) => t('rail.role', { count, role })).join(', ');
  const presence = new Intl.ListFormat(t.language, { type: 'disjunction' }).format(
    rule.presence.map((kind) => t(`presence.${kind}`)),
  );
  return (
    <>
      <ul className="flex flex-col gap-1">
        {quorum.voices.map(({ officer, verdict, at, reason }) => (
          <li key={officer} className="flex gap-2">
            {verdict === 'approve' ? (
              <CircleCheck aria-hidden="true" className="mt-0.5 size-4 shrink-0 text-ok-ink" />
            ) : (
              <CircleX aria-hidden="true" className="mt-0.5 size-4 shrink-0 text-warn-ink" />
            )}
            <span className="min-w-0">
              <Officer id={officer} /> <span className="text-ink-2">{t(`verdict.${verdict}`)}</span>{' '}
              <RelativeTime time={at} className="text-sm text-ink-3" />
              {reason && <UntrustedText text={reason} limit={160} className="mt-0.5 text-sm" />}
            </span>
          </li>
        ))}
        {still > 0 && !closed && (
          <li className="flex gap-2 text-ink-2">
            <CircleDashed aria-hidden="true" className="mt-0.5 size-4 shrink-0 text-ink-3" />
            {t('rail.still', { count: still })}
          </li>
        )}
      </ul>
      <p className="mt-1 text-sm text-ink-3">{t('rail.rule', { roles, presence })}</p>
    </>
  );
}

export function Vital({ review, closed }: { review: Review; closed: boolean }) {
  const t = useWords();
  const { given, needed } = review.quorum;
  return (
    <aside
      aria-label={t('rail.label')}
      className="grid min-w-0 grid-cols-2 rounded-lg border border-line bg-surface @min-[48rem]:grid-cols-[13rem_16rem_minmax(0,1fr)]"
    >
      <Cell title={t('rail.time')}>
        {closed ? (
          <p className="text-xl leading-7 text-ink-3">{t('rail.closed')}</p>
        ) : (
          <>
            <Countdown until={review.expires} strong className="text-xl leading-7" />
            <p className="mt-0.5 text-sm text-ink-3">
              {t('rail.lasts', { time: duration(t, review.approvalSeconds) })}
            </p>
          </>
        )}
      </Cell>
      <Cell title={t('rail.match')} className="border-l">
        <Match match={review.match} />
      </Cell>
      <Cell
        title={t('rail.quorum')}
        className="col-span-2 border-t @min-[48rem]:col-span-1 @min-[48rem]:border-t-0 @min-[48rem]:border-l"
        aside={
          <span className="tabular inline-flex items-center gap-2 font-medium text-ink">
            <Pips given={given} needed={needed} />
            {t('quorum.of', { given, needed })}
          </span>
        }
      >
        <Voices review={review} closed={closed} />
      </Cell>
    </aside>
  );
}
