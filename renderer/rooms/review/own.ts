// What this officer's own decision came to: an end that one brought about oneself is told calmly, and no alarm. Pure.
import type { QueueRow } from '../../../contract/ipc/queue.ts';
import type { Review } from '../../../contract/ipc/review.ts';
import type { MessageKey, Words } from '../../catalogue/words.tsx';
import type { Tone } from '../../ui/tone.ts';

export interface OwnEnd {
  readonly tone: Extract<Tone, 'ok' | 'neutral'>;
  readonly title: string;
  readonly text: string;
}

type RowOfOwn = Pick<QueueRow, 'mine' | 'state' | 'leaf' | 'delivery'>;

/** Where the own decision is: in the log at its leaf, or only on this machine yet; empty where neither is known. */
export function whereIs(t: Words, { leaf, delivery }: Pick<QueueRow, 'leaf' | 'delivery'>): string {
  if (leaf !== null) return t('review.own.leaf', { leaf });
  return delivery === 'waiting' ? t('review.own.unsent') : '';
}

/**
 * How a review ended by what this officer did; null when something else ended it: another's denial, time, the requester,
 * a request that is not what was shown. `act` is what there was to do when it was opened: a key that an officer holds signs
 * by that officer's hand only.
 */
export function ownEnd(t: Words, row: RowOfOwn | null, act: Review['act']): OwnEnd | null {
  if (!row) return null;
  const { mine, state } = row;
  const tell = (tone: OwnEnd['tone'], title: MessageKey, next: MessageKey): OwnEnd => ({
    tone,
    title: t(title),
    text: [whereIs(t, row), t(next)].filter((part) => part !== '').join(' '),
  });
  if (mine === 'deny')
    return state === 'denied' ? tell('neutral', 'review.own.denied', 'review.own.denied.next') : null;
  if (state === 'signed') {
    if (act === 'sign-held') return tell('ok', 'review.own.held', 'review.own.signed.next');
    return mine === 'approve' ? tell('ok', 'review.own.signed', 'review.own.signed.next') : null;
  }
  if (state === 'committed' && mine === 'approve')
    return tell('ok', 'review.own.committed', 'review.own.committed.next');
  return null;
}
