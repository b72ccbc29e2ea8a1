// The decoded statement: what it says in short, all that it claims, its bytes, and what of them nobody explains.
import { EyeOff } from 'lucide-react';
import type { Claim, Review } from '../../../contract/ipc/review.ts';
import { useWords } from '../../catalogue/words.tsx';
import { Banner } from '../../ui/Banner.tsx';
import { Hex } from '../../ui/Digest.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { Tabs } from '../../ui/Tabs.tsx';
import { UntrustedText } from '../../ui/UntrustedText.tsx';
import { capital, documentName } from '../inbox/names.ts';
import { Claims, Value } from './Claims.tsx';
import { Pointer } from './Pointer.tsx';
import { Raw } from './Raw.tsx';

function InShort({ headline }: { headline: readonly Claim[] }) {
  return (
    <dl className="grid grid-cols-[minmax(8rem,auto)_minmax(0,1fr)] items-baseline gap-x-6 gap-y-2 bg-quote px-4 py-3">
      {headline.map((claim) => (
        <div key={claim.path} className="contents">
          <dt>
            <Pointer path={claim.path} />
          </dt>
          <dd className="min-w-0 font-medium text-ink">
            <Value claim={claim} limit={120} />
          </dd>
        </div>
      ))}
    </dl>
  );
}

function Subjects({ review }: { review: Review }) {
  const t = useWords();
  const { subjects, subjectCount } = review;
  return (
    <div>
      <ul className="max-h-96 overflow-auto">
        {subjects.map(({ name, sha256 }, index) => (
          <li key={index} className="flex flex-col gap-1 border-b border-line px-4 py-2.5 last:border-b-0">
            <UntrustedText text={name} limit={160} className="font-medium" />
            {sha256 === '' ? (
              <span className="text-sm text-warn-ink">{t('review.subject.no-digest')}</span>
            ) : (
              <Hex text={`sha256:${sha256}`} className="text-ink-2" />
            )}
          </li>
        ))}
      </ul>
      {subjectCount > subjects.length && (
        <p className="border-t border-line px-4 py-2 text-sm text-ink-3">
          {t('review.subjects.beyond', { count: subjectCount - subjects.length })}
        </p>
      )}
    </div>
  );
}

function NotRendered({ review }: { review: Review }) {
  const t = useWords();
  const { notRendered, notRenderedBytes, payloadBytes } = review;
  if (notRenderedBytes === 0) return null;
  return (
    <Panel
      title={t('review.not-rendered')}
      aside={t('review.not-rendered.count', { bytes: notRenderedBytes, total: payloadBytes })}
      flush
    >
      <ul className="max-h-56 overflow-auto">
        {notRendered.map(({ offset, length, sha256 }) => (
          <li key={offset} className="flex flex-wrap gap-x-4 border-b border-line px-4 py-2 last:border-b-0">
            <span className="tabular w-52 text-ink">
              {t('review.hole', { from: offset, to: offset + length, length })}
            </span>
            <Hex text={`sha256:${sha256}`} className="min-w-0 flex-1 text-ink-3" />
          </li>
        ))}
      </ul>
    </Panel>
  );
}

/** In the place where another document says what it is about: that this one says nothing, and how much of it that is. */
function Unexplained({ review }: { review: Review }) {
  const t = useWords();
  const { claims, notRenderedBytes: bytes, payloadBytes: total } = review;
  return (
    <p className="flex items-start gap-2 bg-quote px-4 py-3 text-ink-2">
      <EyeOff aria-hidden="true" className="mt-0.5 size-4 shrink-0 text-warn-ink" />
      {claims === 0 || bytes >= total
        ? t('review.blind.all', { total })
        : t('review.blind.claims', { bytes, total })}
    </p>
  );
}

/** Said early, before anything that looks like knowledge. */
export function Blind() {
  const t = useWords();
  return (
    <Banner tone="warn" icon={EyeOff} title={t('review.blind')} className="border-dashed">
      {t('review.blind.says')}
    </Banner>
  );
}

/** `readable`: main still has the review, so claims and bytes can be asked for. */
export function Statement({ review, readable }: { review: Review; readable: boolean }) {
  const t = useWords();
  const { reviewId, blind, headline, claims, payloadBytes } = review;
  const raw = { id: 'raw', label: t('review.tab.raw'), content: <Raw reviewId={reviewId} /> };
  const all = {
    id: 'claims',
    label: t(blind ? 'review.tab.readable' : 'review.tab.claims', { count: claims }),
    content: <Claims reviewId={reviewId} claims={claims} />,
  };
  const subjects = {
    id: 'subjects',
    label: t('review.tab.subjects', { count: review.subjectCount }),
    content: <Subjects review={review} />,
  };
  return (
    <>
      <NotRendered review={review} />
      <Panel
        title={capital(documentName(t, review.document))}
        aside={t('review.payload', { bytes: payloadBytes })}
        flush
        {...(blind ? { className: 'border-dashed border-warn-line' } : {})}
      >
        <div className="flex flex-wrap items-baseline gap-x-2 gap-y-1 border-b border-line px-4 py-2">
          <span className="text-ink-3">{t('review.predicate')}</span>
          <UntrustedText text={review.predicateType} limit={160} exact />
        </div>
        {headline.length > 0 && <InShort headline={headline} />}
        {blind && <Unexplained review={review} />}
        {readable && (
          <div className="border-t border-line">
            <Tabs
              label={t('review.tabs')}
              tabs={blind ? (claims > 0 ? [raw, all, subjects] : [raw]) : [all, raw, subjects]}
            />
          </div>
        )}
      </Panel>
    </>
  );
}
