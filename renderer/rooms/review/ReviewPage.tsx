// The review of one request: opened when the page comes, left when it goes.
import { useEffect } from 'react';
import { useBridge } from '../../bridge/use.ts';
import { selectReview, useMirror } from '../../mirror/use.ts';

export function ReviewPage({ requestId }: { requestId: string }) {
  const bridge = useBridge();
  const state = useMirror(selectReview);
  useEffect(() => {
    void bridge.openReview(requestId);
    return () => void bridge.closeReview();
  }, [bridge, requestId]);
  return <p>{state.at === 'open' ? state.review.requestId : state.at}</p>;
}
