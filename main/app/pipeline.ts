// The order of it all: for each stage, the room function that makes the next. Read this file first.
import type { Decided, Locked, Queued, Received, Reviewed } from '../../core/stage/stages.ts';
import { approve, deny } from '../authorize/authorize.ts';
import type { AuthorizePorts, Wish } from '../authorize/ports.ts';
import type { Delivery } from '../evidence/deliver.ts';
import type { Queue } from '../queue/queue.ts';
import { openReview, type ReviewPorts } from '../review/review.ts';
import type { Courier } from './courier.ts';

/** Received -> Queued -> Reviewed -> Decided -> Evidenced. Refusal, expiry and failure go forward, to the journal. */
export interface Pipeline {
  /** main/link hands it on; main/queue keeps it. */
  readonly queue: (received: Received) => Promise<Queued | undefined>;
  /** main/review rebuilds it from its bytes; what does not hold is `Locked`, and can only be denied. */
  readonly review: (queued: Queued) => Promise<Reviewed | Locked>;
  /** main/authorize: intent, touch, outcome. Nothing but a `Reviewed` can be approved. */
  readonly approve: (review: Reviewed, wish: Wish, signal?: AbortSignal) => Promise<Decided>;
  readonly deny: (review: Reviewed | Locked, wish: Wish, signal?: AbortSignal) => Promise<Decided>;
  /** main/evidence: into the outbox, out, and back as a verified leaf, `Evidenced`; or why not yet, or never. */
  readonly evidence: (decided: Decided) => Promise<Delivery>;
}

export const pipelineOf = (
  queue: Queue,
  review: ReviewPorts,
  authorize: AuthorizePorts,
  courier: Courier,
): Pipeline => ({
  queue: (received) => queue.receive(received).then(() => queue.get(received.hold.request.id)),
  review: (queued) => openReview(review, queued),
  approve: (reviewed, wish, signal) => approve(authorize, reviewed, wish, signal),
  deny: (reviewed, wish, signal) => deny(authorize, reviewed, wish, signal),
  evidence: ({ sealed }) => courier.hand({ kind: 'decision', sealed }),
});
