// What the app page's main answers about reviews: the one that was asked for, its claims searched, its bytes in pages.
import type { Review } from '../../contract/ipc/review.ts';
import { Refused, type Answers } from './fake-main.ts';
import { claimAt, rawText } from './fixtures/review.ts';

/** Answers for reviews that can be opened. */
export function reviewing(reviews: readonly Review[]): Answers<'app'> {
  const bytes = Buffer.from(rawText);
  const countOf = (reviewId: string) => reviews.find((each) => each.reviewId === reviewId)?.claims ?? 0;
  return {
    'review/open': ({ requestId }) => {
      const review = reviews.find((each) => each.requestId === requestId);
      if (!review) throw new Refused('hold_closed', requestId);
      return review;
    },
    'review/claims': ({ reviewId, query, offset, limit }) => {
      const all = Array.from({ length: countOf(reviewId) }, (_, index) => claimAt(reviewId, index));
      const found = all.filter(({ path, value }) =>
        `${path} ${value}`.toLowerCase().includes(query.toLowerCase()),
      );
      return { total: found.length, claims: found.slice(offset, offset + limit) };
    },
    'review/raw': ({ offset, length }) => {
      const end = Math.min(bytes.length, offset + length);
      return {
        total: bytes.length,
        offset,
        next: end < bytes.length ? end : null,
        text: bytes.subarray(offset, end).toString(),
      };
    },
  };
}
