// The right side of a review: how long, the number to ask for, who has spoken, the digests to compare, where it is logged.
import { CircleCheck, CircleDashed, CircleX, Phone } from 'lucide-react';
import type { ReactNode } from 'react';
import type { Review } from '../../../contract/ipc/review.ts';
import { useWords } from '../../catalogue/words.tsx';
import { SpokenDigest } from '../../ui/Digest.tsx';
import { Fact, Facts } from '../../ui/Panel.tsx';
import { Countdown, duration, RelativeTime } from '../../ui/time.tsx';
import { UntrustedText } from '../../ui/UntrustedText.tsx';
import { keyTail } from '../inbox/names.ts';
import { Pips } from '../inbox/Pips.tsx';
import { useNames } from '../useNames.ts';

function Block({ title, aside, children }: { title: ReactNode; aside?: ReactNode; children: ReactNode }) {
  return (
    <section className="border-b border-line px-4 py-3.5 last:border-b-0">
      <div className="mb-1.5 flex items-baseline justify-between gap-2">
        <h2 className="text-sm font-medium text-ink-3">{title}</h2>
        {aside}
      </div>
      {children}
    </section>
  );
}

function Match({ match }: { match: string }) {
  const t = useWords();
  return (
    <Block title={t('rail.match')}>
      <p className="exact text-2xl font-semibold tracking-[0.06em] text-ink">
        {match.slice(0, 3)}
        <span className="ml-3">{match.slice(3)}</span>
      </p>
      <p className="mt-1 flex gap-1.5 text-sm text-ink-2">
        <Phone aria-hidden="true" className="mt-0.5 size-3 shrink-0 text-ink-3" />
        {t('rail.match.says')}
      </p>
    </Block>
  );
}

function Quorum({ review }: { review: Review }) {
  const t = useWords();
  const nameOf = useNames();
  const { quorum, rule } = review;
  const still = Math.max(0, quorum.needed - quorum.given);
  const roles = rule.roles.map(({ role, count }) => t('rail.role', { count, role })).join(', ');
  const presence = rule.presence.map((kind) => t(`presence.${kind}`)).join(', ');
  return (
    <Block
      title={t('rail.quorum')}
      aside={
        <span className="tabular inline-flex items-center gap-2 font-medium text-ink">
          <Pips given={quorum.given} needed={quorum.needed} />
          {t('quorum.of', { given: quorum.given, needed: quorum.needed })}
        </span>
      }
    >
      <ul className="flex flex-col gap-2">
        {quorum.voices.map(({ officer, verdict, at, reason }) => (
          <li key={officer} className="flex gap-2">
            {verdict === 'approve' ? (
              <CircleCheck aria-hidden="true" className="mt-0.5 size-4 shrink-0 text-ok-ink" />
            ) : (
              <CircleX aria-hidden="true" className="mt-0.5 size-4 shrink-0 text-warn-ink" />
            )}
            <span className="min-w-0">
              <span className="font-medium text-ink">{nameOf(officer)}</span>{' '}
              <span className="text-ink-2">{t(`verdict.${verdict}`)}</span>{' '}
              <RelativeTime time={at} className="text-sm text-ink-3" />
              {reason && <UntrustedText text={reason} limit={160} className="mt-0.5 text-sm" />}
            </span>
          </li>
        ))}
        {still > 0 && (
          <li className="flex gap-2 text-ink-2">
            <CircleDashed aria-hidden="true" className="mt-0.5 size-4 shrink-0 text-ink-3" />
            {t('rail.still', { count: still })}
          </li>
        )}
      </ul>
      <p className="mt-2 text-sm text-ink-3">{t('rail.rule', { roles, presence })}</p>
    </Block>
  );
}

function Digests({ review }: { review: Review }) {
  const t = useWords();
  return (
    <Block title={t('rail.digests')}>
      <div className="flex flex-col gap-3">
        {(['payload', 'view', 'request'] as const).map((which) => (
          <SpokenDigest key={which} label={t(`rail.${which}`)} {...review[which]} />
        ))}
      </div>
    </Block>
  );
}

function Keys({ review }: { review: Review }) {
  const t = useWords();
  const nameOf = useNames();
  return (
    <Block title={t('rail.keys', { count: review.keys.length })}>
      <ul className="flex flex-col gap-2">
        {review.keys.map(({ name, holder, approvalOnly, state }) => (
          <li key={name}>
            <span className="exact block truncate text-ink" title={name}>
              {keyTail(name)}
            </span>
            <span className="block text-sm text-ink-3">
              {[
                t.maybe(`key.state.${state}`) ?? state,
                approvalOnly ? t('rail.approval-only') : null,
                holder ? t('rail.holder', { name: nameOf(holder) }) : null,
              ]
                .filter((text) => text !== null)
                .join(' · ')}
            </span>
          </li>
        ))}
      </ul>
    </Block>
  );
}

export function Rail({ review, closed }: { review: Review; closed: boolean }) {
  const t = useWords();
  return (
    <aside aria-label={t('rail.label')} className="min-w-0 rounded-lg border border-line bg-surface">
      <Block title={t('rail.time')}>
        {closed ? (
          <p className="text-lg text-ink-3">{t('rail.closed')}</p>
        ) : (
          <Countdown until={review.expires} strong className="text-xl" />
        )}
        <p className="text-sm text-ink-3">{t('rail.lasts', { time: duration(t, review.approvalSeconds) })}</p>
      </Block>
      <Match match={review.match} />
      <Quorum review={review} />
      <Keys review={review} />
      <Digests review={review} />
      <Block title={t('rail.log')}>
        <Facts className="text-sm">
          <Fact name={t('rail.leaf')}>
            <span className="tabular">
              {t('rail.leaf.of', { leaf: review.leaf, size: review.checkpointSize })}
            </span>
          </Fact>
          <Fact name={t('rail.received')}>
            <RelativeTime time={review.receivedAt} />
          </Fact>
          <Fact name={t('rail.view-version')}>{review.viewVersion}</Fact>
        </Facts>
      </Block>
    </aside>
  );
}
