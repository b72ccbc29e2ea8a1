// From a row to its review, or through the review to the authorize document with a verdict chosen. Nothing here decides.
import { useMemo } from 'react';
import { goTo, useLocalStore } from '../../local/local.ts';

export interface Deciding {
  /** Shows the review. */
  readonly open: (requestId: string) => void;
  /** Shows the review, and once it stands opens Authorize over it. */
  readonly decide: (requestId: string, chosen: 'approve' | 'deny') => void;
}

export function useDecide(): Deciding {
  const local = useLocalStore();
  return useMemo(
    () => ({
      open: (requestId) => goTo(local, { at: 'review', requestId }),
      decide: (requestId, chosen) => goTo(local, { at: 'review', requestId, chosen }),
    }),
    [local],
  );
}
