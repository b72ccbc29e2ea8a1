// A review as it is read: what would happen, why to doubt it, what it is; then how to be sure. One column, as wide as there is.
import type { Fault } from '../../../contract/ipc/call.ts';
import type { QueueRow } from '../../../contract/ipc/queue.ts';
import type { Review } from '../../../contract/ipc/review.ts';
import { useMeaning } from '../../catalogue/faults.ts';
import { useWords } from '../../catalogue/words.tsx';
import { goTo, useLocalStore } from '../../local/local.ts';
import { useMirror } from '../../mirror/use.ts';
import { Banner } from '../../ui/Banner.tsx';
import { Button } from '../../ui/Button.tsx';
import { cx } from '../../ui/cx.ts';
import { isLive } from '../inbox/order.ts';
import { Changes } from './Changes.tsx';
import { Findings } from './Findings.tsx';
import { Flags } from './Flags.tsx';
import { Headline } from './Headline.tsx';
import { Locks } from './Locks.tsx';
import type { OwnEnd } from './own.ts';
import { Reference } from './Reference.tsx';
import { Standing } from './Standing.tsx';
import { Blind, Statement } from './Statement.tsx';
import { Vital } from './Vital.tsx';

/** Why main ended it; `own`: this officer's decision did, and that is no reason to warn anybody. */
export interface Ended {
  readonly fault: Fault;
  readonly own: OwnEnd | null;
}

function Closed({ requestId, ended, onAgain }: { requestId: string; ended: Ended; onAgain: () => void }) {
  const t = useWords();
  const local = useLocalStore();
  const { fault, own } = ended;
  const { says, next } = useMeaning()(fault.code);
  const row = useMirror((m) => m.queue?.rows.find((each) => each.requestId === requestId) ?? null);
  return (
    <Banner
      tone={own?.tone ?? 'warn'}
      live
      title={own?.title ?? t('review.closed')}
      actions={
        row && isLive(row) && !own ? (
          <Button look="primary" onClick={onAgain}>
            {t('review.reopen')}
          </Button>
        ) : (
          <Button onClick={() => goTo(local, { at: 'room', room: 'inbox' })}>{t('review.to-inbox')}</Button>
        )
      }
    >
      {own?.text ?? `${says} ${next}`}
    </Banner>
  );
}

/** `closed`: main ended the review; it can still be read. `row`: how its request stands. */
export function ReviewBody(props: {
  review: Review;
  row: QueueRow | null;
  closed: Ended | null;
  onAgain: () => void;
}) {
  const t = useWords();
  const { review, row, closed } = props;
  const bypass = review.kind === 'emergency-bypass';
  const statement = <Statement review={review} readable={closed === null} />;
  return (
    <div
      className="@container h-full overflow-auto outline-offset-[-2px]"
      tabIndex={0}
      role="region"
      aria-label={t('review.region')}
    >
      {closed && (
        <div className="sticky top-0 z-10 bg-surface pt-4">
          <div className="mx-auto max-w-[76rem] px-6">
            <Closed requestId={review.requestId} ended={closed} onAgain={props.onAgain} />
          </div>
        </div>
      )}
      <div className={cx('mx-auto flex max-w-[76rem] min-w-0 flex-col gap-4 p-6', closed && 'faded')}>
        <Headline review={review} />
        <Locks review={review} />
        {!closed && <Standing review={review} row={row} />}
        {review.blind && <Blind />}
        <Vital review={review} closed={closed !== null} />
        <Flags flags={review.flags} />
        {/* What a bypass asks for is all there is to it: its limits come before what led to it. */}
        {bypass && statement}
        <Findings findings={review.findings} />
        {!bypass && <Changes review={review} />}
        {!bypass && statement}
        <Reference review={review} />
      </div>
    </div>
  );
}
