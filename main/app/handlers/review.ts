// Calls about one request: review it, page through it, open the authorize document, take a grant back.
import type { Handlers } from '../../../contract/ipc/calls.ts';
import { LackFault } from '../../../core/fault/fault.ts';
import type { App } from '../app.ts';
import type { Reviews } from '../reviews.ts';

type Calls = Pick<
  Handlers<'app'>,
  | 'review/open'
  | 'review/claims'
  | 'review/raw'
  | 'review/close'
  | 'authorize/open'
  | 'authorize/sign-held'
  | 'bypass/revoke'
>;

export function reviewCalls(app: App): Calls {
  const reviews = (): Reviews => {
    if (!app.reviews) throw new LackFault('not_configured');
    return app.reviews;
  };
  return {
    'review/open': ({ requestId }) => reviews().open(requestId),
    'review/claims': ({ reviewId, query, offset, limit }) => reviews().claims(reviewId, query, offset, limit),
    'review/raw': ({ reviewId, offset, length }) => reviews().raw(reviewId, offset, length),
    'review/close': ({ reviewId }) => {
      reviews().close(reviewId);
      return {};
    },
    'authorize/open': async ({ reviewId, verdict }) => {
      await app.acts.decide(reviewId, verdict);
      return {};
    },
    'authorize/sign-held': async ({ reviewId }) => {
      await app.acts.signHeld(reviewId);
      return {};
    },
    'bypass/revoke': async ({ grant, reason }) => {
      await app.grants.revoke(grant, reason);
      app.touch('bypass');
      return {};
    },
  };
}
