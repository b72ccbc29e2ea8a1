// The review of one request, over the inbox: opened when the page comes, left when it goes, every state drawn.
import { useCallback, useEffect, useMemo, useState } from 'react';
import type { Failure } from '../../../contract/ipc/call.ts';
import type { QueueRow } from '../../../contract/ipc/queue.ts';
import type { Review } from '../../../contract/ipc/review.ts';
import { useBridge, useAsk } from '../../bridge/use.ts';
import { useWords } from '../../catalogue/words.tsx';
import { useShortcuts } from '../../keys/use.tsx';
import { goTo, useLocal, useLocalStore } from '../../local/local.ts';
import type { ReviewState } from '../../mirror/mirror.ts';
import { selectReview, useMirror } from '../../mirror/use.ts';
import { useVoice } from '../../ui/announce.tsx';
import { Button } from '../../ui/Button.tsx';
import { FaultBanner } from '../../ui/FaultBanner.tsx';
import { Progress } from '../../ui/Progress.tsx';
import { Bar } from './Bar.tsx';
import { ownEnd } from './own.ts';
import { ReviewBody } from './ReviewBody.tsx';

/** What the page's one review is to this request; another's state counts as none. */
function stateFor(state: ReviewState, requestId: string): ReviewState {
  switch (state.at) {
    case 'none':
      return state;
    case 'opening':
    case 'failed':
      return state.requestId === requestId ? state : { at: 'none' };
    case 'open':
    case 'closed':
      return state.review.requestId === requestId ? state : { at: 'none' };
  }
}

function Opening({ onBack }: { onBack: () => void }) {
  const t = useWords();
  return (
    <div className="relative h-full p-6">
      <h1 className="sr-only">{t('review.region')}</h1>
      <div aria-hidden="true" className="flex max-w-3xl flex-col gap-3">
        <span className="h-5 w-40 rounded-sm bg-hover" />
        <span className="h-7 w-full rounded-sm bg-hover" />
        <span className="h-7 w-2/3 rounded-sm bg-hover" />
        <span className="mt-4 h-40 w-full rounded-lg bg-hover" />
      </div>
      <div className="absolute inset-0 flex items-center justify-center">
        <Progress label={t('review.opening')} onCancel={onBack} />
      </div>
    </div>
  );
}

function Failed({ failure, onAgain }: { failure: Failure; onAgain: () => void }) {
  const t = useWords();
  return (
    <div className="mx-auto max-w-2xl p-8">
      <h1 className="sr-only">{t('review.region')}</h1>
      <FaultBanner fault={failure} actions={<Button onClick={onAgain}>{t('ui.again')}</Button>} />
    </div>
  );
}

/** Opens the review and, if a verdict was chosen on the way here, Authorize over it. */
function useOpened(requestId: string) {
  const bridge = useBridge();
  const local = useLocalStore();
  const chosen = useLocal(({ place }) => (place.at === 'review' ? place.chosen : undefined));
  const { asked, run } = useAsk();
  const open = useCallback(() => bridge.openReview(requestId), [bridge, requestId]);
  useEffect(() => {
    void open();
    return () => void bridge.closeReview();
  }, [bridge, open]);
  const state = stateFor(useMirror(selectReview), requestId);
  const reviewId = state.at === 'open' ? state.review.reviewId : null;
  useEffect(() => {
    if (reviewId === null || !chosen) return;
    // Once only: a review that is opened again was not asked to decide anything.
    goTo(local, { at: 'review', requestId });
    run(() => bridge.ask('authorize/open', { reviewId, verdict: chosen }));
  }, [bridge, chosen, local, requestId, reviewId, run]);
  return { state, open, failed: asked.at === 'failed' ? asked.failure : null };
}

/** The inbox's row of a request as it was last: a minute after its end it leaves the inbox, and its review may still be read. */
function useLastRow(requestId: string): QueueRow | null {
  const now = useMirror((m) => m.queue?.rows.find((each) => each.requestId === requestId) ?? null);
  const [last, setLast] = useState(now);
  if (now && now !== last) setLast(now);
  return now ?? last;
}

/** What others and this officer have decided since it was opened stands in the inbox's row; all else is as it was shown. */
function useUpToDate(shown: Review | null, row: QueueRow | null): Review | null {
  return useMemo(() => {
    if (!shown || !row) return shown;
    const { quorum, may, act } = row;
    return { ...shown, quorum, may, act };
  }, [shown, row]);
}

export function ReviewPage({ requestId }: { requestId: string }) {
  const t = useWords();
  const local = useLocalStore();
  const voice = useVoice();
  const { state, open, failed } = useOpened(requestId);
  const back = useCallback(() => goTo(local, { at: 'room', room: 'inbox' }), [local]);
  useShortcuts({ back });
  const closed = state.at === 'closed';
  const row = useLastRow(requestId);
  const shown = state.at === 'open' || state.at === 'closed' ? state.review : null;
  const own = closed && shown ? ownEnd(t, row, shown.act) : null;
  const said = closed ? (own?.title ?? t('review.closed')) : null;
  useEffect(() => {
    if (said !== null) voice.say(said, own === null);
  }, [said, own === null, voice]);
  const again = () => void open();
  const review = useUpToDate(shown, row);
  return (
    <div className="flex h-full min-h-0 flex-col">
      <Bar review={review} live={state.at === 'open'} onBack={back} failed={failed} />
      <div className="min-h-0 flex-1">
        {(state.at === 'none' || state.at === 'opening') && <Opening onBack={back} />}
        {state.at === 'failed' && <Failed failure={state.failure} onAgain={again} />}
        {review && (
          <ReviewBody
            review={review}
            row={row}
            closed={state.at === 'closed' ? { fault: state.fault, own } : null}
            onAgain={again}
          />
        )}
      </div>
    </div>
  );
}
