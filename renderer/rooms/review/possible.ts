// What this officer can begin from a review. Main decides again; this only keeps dead buttons from looking alive.
import type { Review } from '../../../contract/ipc/review.ts';

export interface Possible {
  readonly approve: boolean;
  readonly deny: boolean;
  readonly sign: boolean;
}

/** A denial may follow one's own approval, and nothing that locks approving locks denying. */
export function possible({ act, may, locks }: Pick<Review, 'act' | 'may' | 'locks'>): Possible {
  const decide = act === 'decide' && may === null;
  return {
    approve: decide && locks.length === 0,
    deny: decide || may?.code === 'officer_decided',
    sign: act === 'sign-held' && locks.length === 0,
  };
}

/** The link that opens a request in a Console; it opens, it never acts. */
export const linkTo = (requestId: string): string => `signer-console://request/${requestId}`;
