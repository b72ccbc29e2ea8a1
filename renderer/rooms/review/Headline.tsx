// The one sentence that says what approving would do, and who asks for it; facts in, no adjectives.
import { useEffect, useRef, type ReactNode } from 'react';
import type { Review } from '../../../contract/ipc/review.ts';
import { useWords } from '../../catalogue/words.tsx';
import { cx } from '../../ui/cx.ts';
import { UntrustedText } from '../../ui/UntrustedText.tsx';
import { capital, documentName, failureName, kindIcons } from '../inbox/names.ts';
import { useKeyNames } from '../useKeyNames.ts';

/** By the directory version that the request names; in one's own act only where the key is, since whose it is was said. */
function Keys({ review, own }: { review: Review; own: boolean }) {
  const t = useWords();
  const wordsOf = useKeyNames();
  return review.keys.map(({ name, holder, approvalOnly }, index) => {
    const { kind, where } = wordsOf(name, { use: 'release', holder, approvalOnly });
    const place = (
      <span key="where" className="exact text-[0.94em] [overflow-wrap:anywhere]" title={name}>
        {where}
      </span>
    );
    return (
      <span key={name}>
        {index > 0 && ', '}
        {own ? place : t.rich('key.inline', { kind, where: place })}
      </span>
    );
  });
}

/** Which sentence fits. */
function sentenceOf(review: Review) {
  if (review.act === 'sign-held') return 'review.sentence.sign-held';
  if (review.kind === 'emergency-bypass') return 'review.sentence.emergency-bypass';
  if (review.kind === 'ceremony') return 'review.sentence.ceremony';
  return review.blind ? 'review.sentence.blind' : 'review.sentence.sign';
}

function Subjects({ review }: { review: Review }): ReactNode {
  const t = useWords();
  const [first] = review.subjects;
  if (!first) return t('review.no-subject');
  const more = review.subjectCount - 1;
  return (
    <>
      <UntrustedText text={first.name} limit={120} className="align-baseline font-semibold" />
      {more > 0 && ` ${t('review.more-subjects', { count: more })}`}
    </>
  );
}

export function Headline({ review }: { review: Review }) {
  const t = useWords();
  const Icon = kindIcons[review.kind];
  const failed = review.findings
    .filter(({ finding }) => finding.result !== 'pass')
    .map(({ finding }) => failureName(t, finding));
  const sentence = useRef<HTMLHeadingElement>(null);
  // The sentence is what is read first, by eye and by ear; from here the keys scroll the review.
  useEffect(() => sentence.current?.focus({ preventScroll: true }), [review.reviewId]);
  const urgent = review.kind === 'emergency-bypass' || review.blind;
  return (
    <header className="flex flex-col gap-3">
      <p className="flex flex-wrap items-center gap-x-2 text-ink-2">
        <span
          className={cx(
            'inline-flex h-6 items-center gap-1.5 rounded-md border px-2 font-medium',
            urgent ? 'border-warn-line bg-warn-soft text-warn-ink' : 'border-line bg-sunken text-ink',
          )}
        >
          <Icon aria-hidden="true" className="size-3.5" strokeWidth={2} />
          {t(`kind.${review.kind}`)}
        </span>
        <span>{capital(documentName(t, review.document))}</span>
      </p>
      <h1
        ref={sentence}
        tabIndex={-1}
        className="text-xl leading-8 font-medium text-pretty text-ink focus-visible:outline-none"
      >
        {t.rich(sentenceOf(review), {
          document: documentName(t, review.document),
          subject: <Subjects key="subject" review={review} />,
          keys: <Keys key="keys" review={review} own={review.act === 'sign-held'} />,
          tenant: review.tenant,
        })}
      </h1>
      <p className="text-md leading-6 text-ink-2">
        {t.rich('review.asked', {
          requester: <UntrustedText key="requester" text={review.requester} limit={120} />,
          tenant: (
            <span key="tenant" className="font-medium text-ink">
              {review.tenant}
            </span>
          ),
        })}{' '}
        {failed.length > 0 ? t('review.failed', { what: failed.join(', ') }) : t('review.nothing-failed')}
      </p>
    </header>
  );
}
