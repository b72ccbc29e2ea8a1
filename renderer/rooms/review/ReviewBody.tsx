// A review as it is read: what would happen and why to doubt it on the left, how to be sure and who else on the right.
import type { Fault } from '../../../contract/ipc/call.ts';
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
import { Rail } from './Rail.tsx';
import { Blind, Statement } from './Statement.tsx';

function Closed({ requestId, fault, onAgain }: { requestId: string; fault: Fault; onAgain: () => void }) {
  const t = useWords();
  const local = useLocalStore();
  const { says, next } = useMeaning()(fault.code);
  const row = useMirror((m) => m.queue?.rows.find((each) => each.requestId === requestId) ?? null);
  return (
    <Banner
      tone="warn"
      live
      title={t('review.closed')}
      actions={
        row && isLive(row) ? (
          <Button look="primary" onClick={onAgain}>
            {t('review.reopen')}
          </Button>
        ) : (
          <Button onClick={() => goTo(local, { at: 'room', room: 'inbox' })}>{t('review.to-inbox')}</Button>
        )
      }
    >
      {says} {next}
    </Banner>
  );
}

/** `closed`: main ended the review; it can still be read. */
export function ReviewBody(props: { review: Review; closed: Fault | null; onAgain: () => void }) {
  const t = useWords();
  const { review, closed } = props;
  const bypass = review.kind === 'emergency-bypass';
  const statement = <Statement review={review} readable={closed === null} />;
  return (
    <div
      className="@container h-full overflow-auto"
      tabIndex={0}
      role="region"
      aria-label={t('review.region')}
    >
      {closed && (
        <div className="sticky top-0 z-10 bg-surface p-4 pb-0">
          <Closed requestId={review.requestId} fault={closed} onAgain={props.onAgain} />
        </div>
      )}
      <div
        className={cx(
          'flex flex-col gap-6 p-6 @min-[56rem]:grid @min-[56rem]:grid-cols-[minmax(0,1fr)_18.5rem] @min-[56rem]:items-start',
          closed && 'faded',
        )}
      >
        <div className="flex min-w-0 flex-col gap-4">
          <Headline review={review} />
          <Locks review={review} />
          {review.blind && <Blind />}
          <Flags flags={review.flags} />
          {/* What a bypass asks for is all there is to it: its limits come before what led to it. */}
          {bypass && statement}
          <Findings findings={review.findings} />
          {!bypass && <Changes review={review} />}
          {!bypass && statement}
        </div>
        <Rail review={review} closed={closed !== null} />
      </div>
    </div>
  );
}
