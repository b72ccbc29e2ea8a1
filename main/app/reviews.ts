// The reviews that are open in the window: by random names, each immutable, closed when its request changes.
import { randomUUID } from 'node:crypto';
import type { Fault } from '../../contract/ipc/call.ts';
import type { ClaimsPage, RawPage, Review } from '../../contract/ipc/review.ts';
import { CallerFault } from '../../core/fault/fault.ts';
import type { Crypto } from '../../core/key/crypto.ts';
import { differenceOf } from '../../core/review/diff.ts';
import { viewOf } from '../../core/review/view.ts';
import { Baselines, subjectKey } from '../review/approved.ts';
import { stillHolds } from '../review/review.ts';
import { closingOf } from './closing.ts';
import type { Console } from './console.ts';
import type { OpenReview } from './options.ts';
import { beginning, faultOf } from './snapshots/common.ts';
import { actOf, mayDecide, type Sitter } from './snapshots/may.ts';
import { ClaimSearch, MOST_CHANGES, rawPage, reviewOf, type Compared } from './snapshots/review.ts';

/** A review with what the window was told of it: what an act draws comes from here, never from the window. */
export interface Opened {
  readonly reviewId: string;
  readonly review: OpenReview;
  readonly compared: Compared;
  readonly snapshot: Review;
}

/** What a review needs of the Console. */
export interface ReviewsOptions {
  readonly crypto: Crypto;
  readonly sitter: Sitter;
  readonly console: Pick<Console, 'review' | 'queue' | 'trusted' | 'approved' | 'journal'>;
  readonly closed: (reviewId: string, fault: Fault) => void;
  readonly most?: number;
}

interface Entry extends Opened {
  readonly search: ClaimSearch;
}

/** Each may hold a payload of 16 MiB and its claims. */
const MOST_OPEN = 8;
/** Headlines in the journal are cut at this length; a subject is looked for by the same beginning. */
const LONGEST_SHOWN = 500;

/** There is nothing to compare with. */
export const nothingCompared: Compared = { baseline: null, difference: { changes: [], count: 0 } };

export class Reviews {
  readonly #options: ReviewsOptions;
  readonly #open = new Map<string, Entry>();
  readonly #baselines = new Baselines();
  readonly #compared = new WeakMap<OpenReview, Compared>();

  constructor(options: ReviewsOptions) {
    this.#options = options;
  }

  /** Opens a review; see `Console.review`. The oldest one closes when too many are open. */
  async open(requestId: string): Promise<Review> {
    const review = await this.#options.console.review(requestId);
    const compared = await this.#compare(review);
    this.#compared.set(review, compared);
    const reviewId = randomUUID();
    const snapshot = this.#snapshot(reviewId, review, compared);
    const search = new ClaimSearch(review.rebuilt.view.claims);
    this.#open.set(reviewId, { reviewId, review, compared, snapshot, search });
    for (const oldest of this.#open.keys()) {
      if (this.#open.size <= (this.#options.most ?? MOST_OPEN)) break;
      this.#end(oldest, { code: 'too_many_open', detail: '' });
    }
    // It may have ended while it was being opened; then nobody would tell.
    this.#checkStillThere(reviewId, review);
    return snapshot;
  }

  /** CallerFault `not_found` for a review that is not open, or not any more. */
  get(reviewId: string): Opened {
    return this.#entry(reviewId);
  }

  /** What a review that was opened here is compared with, also after it was closed in the window. */
  comparedOf(review: OpenReview): Compared {
    return this.#compared.get(review) ?? nothingCompared;
  }

  claims(reviewId: string, query: string, offset: number, limit: number): ClaimsPage {
    return this.#entry(reviewId).search.page(query, offset, limit);
  }

  raw(reviewId: string, offset: number, length: number): RawPage {
    return rawPage(this.#entry(reviewId).review.payload, offset, length);
  }

  close(reviewId: string): void {
    this.#open.delete(reviewId);
  }

  /** Every review of this request closes, and the window is told why. */
  end(requestId: string, fault: Fault): void {
    for (const { reviewId, review } of this.#open.values())
      if (review.requestId === requestId) this.#end(reviewId, fault);
  }

  #end(reviewId: string, fault: Fault): void {
    if (this.#open.delete(reviewId)) this.#options.closed(reviewId, fault);
  }

  #entry(reviewId: string): Entry {
    const found = this.#open.get(reviewId);
    if (!found) throw new CallerFault('not_found', reviewId);
    return found;
  }

  #checkStillThere(reviewId: string, review: OpenReview): void {
    const { console, crypto } = this.#options;
    const { requestId } = review;
    const hold = console.queue().find((queued) => queued.requestId === requestId)?.hold;
    if (stillHolds(crypto, review, hold)) return;
    // After the answer to `open`: before it the window has never heard of this review.
    setTimeout(() => this.#end(reviewId, faultOf(closingOf(requestId, hold))), 0);
  }

  async #compare(review: OpenReview): Promise<Compared> {
    const { console, crypto } = this.#options;
    const { headline, rebuilt } = review;
    const [first] = headline.subjects;
    if (!first) return nothingCompared;
    const key = subjectKey(
      beginning(headline.predicateType, LONGEST_SHOWN),
      beginning(first.name, LONGEST_SHOWN),
    );
    const baseline = this.#baselines.find(console.journal.records(), key, rebuilt.request.id);
    const payload = baseline && (await console.approved.get(baseline.payloadDigest));
    if (!baseline || !payload) return nothingCompared;
    const { request, view } = rebuilt;
    const before = viewOf(crypto, view.version, request.payloadType, payload);
    return { baseline, difference: differenceOf(before, view, MOST_CHANGES) };
  }

  #snapshot(reviewId: string, review: OpenReview, compared: Compared): Review {
    const { crypto, console, sitter } = this.#options;
    const { hold, requestId } = review;
    const trust = console.trusted();
    if (!trust) throw new CallerFault('not_found', 'no directory');
    const { latest } = trust;
    const directory = trust.digests.includes(hold.request.directory)
      ? trust.at(hold.request.directory)
      : latest;
    const may = mayDecide(hold, latest, sitter);
    const hasSigned = console.journal.fold.heldSignatures.has(requestId);
    const act = actOf(hold, latest, sitter, may, hasSigned);
    const queued = console.queue().find((one) => one.requestId === requestId);
    const receivedAt = queued?.receivedAt ?? hold.held.record.at;
    return reviewOf(reviewId, review, { crypto, directory, latest, compared, receivedAt, may, act });
  }
}
