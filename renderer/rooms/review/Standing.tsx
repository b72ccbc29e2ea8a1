// Why this officer has nothing (more) to approve here: what was decided already, or whose decision it is not.
import { CircleCheck, UserX } from 'lucide-react';
import type { QueueRow } from '../../../contract/ipc/queue.ts';
import type { Review } from '../../../contract/ipc/review.ts';
import { useMeaning } from '../../catalogue/faults.ts';
import { useWords } from '../../catalogue/words.tsx';
import { Banner } from '../../ui/Banner.tsx';
import { whereIs } from './own.ts';

/** Said to the one who did it, so it says "you". */
function Decided({ review, row }: { review: Review; row: QueueRow | null }) {
  const t = useWords();
  const { needed, given } = review.quorum;
  if (row?.mine !== 'approve')
    return (
      <Banner tone="neutral" icon={CircleCheck} title={t('review.own.decided')}>
        {t('review.own.decided.next')}
      </Banner>
    );
  return (
    <Banner tone="neutral" icon={CircleCheck} title={t('review.own.approved')}>
      {[whereIs(t, row), t('review.own.approved.next', { count: Math.max(0, needed - given) })]
        .filter((part) => part !== '')
        .join(' ')}
    </Banner>
  );
}

export function Standing({ review, row }: { review: Review; row: QueueRow | null }) {
  const meaning = useMeaning();
  const { may, act } = review;
  if (!may || act === 'sign-held') return null;
  if (may.code === 'officer_decided') return <Decided review={review} row={row} />;
  return (
    <Banner tone="neutral" icon={UserX} title={meaning(may.code).says}>
      {meaning(may.code).next}
    </Banner>
  );
}
