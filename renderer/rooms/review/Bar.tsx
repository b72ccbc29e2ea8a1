// The review's first line: back, and what can be done. Everything that ends in a signature opens Authorize and stops there.
import { ArrowLeft, Link2, PenTool } from 'lucide-react';
import type { Failure } from '../../../contract/ipc/call.ts';
import type { Review } from '../../../contract/ipc/review.ts';
import { useAsk, useBridge } from '../../bridge/use.ts';
import { useWords } from '../../catalogue/words.tsx';
import { useShortcuts, type Handlers } from '../../keys/use.tsx';
import { useCopy } from '../../ui/copy.ts';
import { Button } from '../../ui/Button.tsx';
import { FaultBanner } from '../../ui/FaultBanner.tsx';
import { linkTo, possible } from './possible.ts';

function Acts({ review, onAsk }: { review: Review; onAsk: (work: () => Promise<unknown>) => void }) {
  const t = useWords();
  const bridge = useBridge();
  const can = possible(review);
  const { reviewId } = review;
  const approve = () => onAsk(() => bridge.ask('authorize/open', { reviewId, verdict: 'approve' }));
  const deny = () => onAsk(() => bridge.ask('authorize/open', { reviewId, verdict: 'deny' }));
  const sign = () => onAsk(() => bridge.ask('authorize/sign-held', { reviewId }));
  const handlers: Handlers = {};
  if (can.approve) handlers.approve = approve;
  if (can.deny) handlers.deny = deny;
  if (can.sign) handlers.sign = sign;
  useShortcuts(handlers);
  if (review.act === 'sign-held')
    return (
      <Button look="primary" icon={PenTool} shortcut="sign" disabled={!can.sign} onClick={sign}>
        {t('review.sign')}
      </Button>
    );
  return (
    <>
      <Button look="strong" shortcut="deny" disabled={!can.deny} onClick={deny}>
        {t('review.deny')}
      </Button>
      <Button look="primary" shortcut="approve" disabled={!can.approve} onClick={approve}>
        {t('review.approve')}
      </Button>
    </>
  );
}

export function Bar(props: {
  review: Review | null;
  live: boolean;
  onBack: () => void;
  failed: Failure | null;
}) {
  const t = useWords();
  const copy = useCopy();
  const { asked, run } = useAsk();
  const { review, live, onBack } = props;
  const link = () => review && copy?.(linkTo(review.requestId));
  useShortcuts({ link });
  const failed = asked.at === 'failed' ? asked.failure : props.failed;
  return (
    <>
      <div className="flex min-h-12 shrink-0 flex-wrap items-center gap-2 border-b border-line px-3 py-2">
        <Button look="plain" icon={ArrowLeft} shortcut="back" onClick={onBack}>
          {t('room.inbox')}
        </Button>
        {review && <span className="exact truncate text-sm text-ink-3">{review.requestId}</span>}
        <div className="ml-auto flex flex-wrap items-center gap-2">
          {review && (
            <Button look="plain" icon={Link2} shortcut="link" onClick={link}>
              {t('review.link')}
            </Button>
          )}
          {review && live && <Acts review={review} onAsk={run} />}
        </div>
      </div>
      {failed && (
        <div className="border-b border-line [&>div]:rounded-none [&>div]:border-0 [&>div]:px-5">
          <FaultBanner fault={failed} />
        </div>
      )}
    </>
  );
}
