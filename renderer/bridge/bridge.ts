// The only door to main: unwraps replies, feeds the mirror with answers and events.
import type { PageApi } from '../../contract/ipc/api.ts';
import type { Failure, Fault, Reply } from '../../contract/ipc/call.ts';
import type { EventValue, InputOf, OutputOf } from '../../contract/ipc/calls.ts';
import type { CallOf } from '../../contract/ipc/names.ts';
import {
  applyCeremony,
  applyCeremonyShown,
  applyReview,
  applyReviewClosed,
  applyRoom,
  applySnapshot,
  applyStart,
  type MirrorStore,
} from '../mirror/mirror.ts';

export type AppApi = PageApi<'app'>;

/** What main refused, as an error: the code tells what it says, `failure.trace` finds the story in main's log. */
export class CallFailed extends Error {
  readonly failure: Failure;
  constructor(failure: Failure) {
    super(`${failure.code}: ${failure.message}`);
    this.name = 'CallFailed';
    this.failure = failure;
  }
}

/** The failure in whatever was thrown; what is no answer of main's is a fault of the page itself. */
export function failureOf(thrown: unknown): Failure {
  if (thrown instanceof CallFailed) return thrown.failure;
  return { code: 'unreachable', message: String(thrown).slice(0, 1000), trace: '' };
}

/** Asks main, and keeps what it answers where components read it. */
export class Bridge {
  readonly #api: AppApi;
  readonly #mirror: MirrorStore;
  #opening = 0;
  /** What main closed while its page was still waiting for the answer; forgotten with the next opening. */
  readonly #closedEarly = new Map<string, Fault>();

  constructor(api: AppApi, mirror: MirrorStore) {
    this.#api = api;
    this.#mirror = mirror;
  }

  /** Makes a call. Throws CallFailed with main's failure. */
  async ask<N extends CallOf<'app'>>(name: N, input: InputOf<N>): Promise<OutputOf<N>> {
    const call = this.#api[name] as (input: InputOf<N>) => Promise<Reply<OutputOf<N>>>;
    const reply = await call(input);
    if (!reply.ok) throw new CallFailed(reply.error);
    return reply.value;
  }

  /** Listens first, then asks for everything, so that nothing falls between. Returns what ends the listening. */
  start(onNavigate: (to: EventValue<'app/navigate'>) => void): () => void {
    const { on } = this.#api;
    const ends = [
      on('status/changed', (v) => applyRoom(this.#mirror, 'status', v)),
      on('queue/changed', (v) => applyRoom(this.#mirror, 'queue', v)),
      on('bypass/changed', (v) => applyRoom(this.#mirror, 'bypass', v)),
      on('devices/changed', (v) => applyRoom(this.#mirror, 'devices', v)),
      on('keys/changed', (v) => applyRoom(this.#mirror, 'keys', v)),
      on('directory/changed', (v) => applyRoom(this.#mirror, 'directory', v)),
      on('ceremonies/changed', (v) => this.#ceremoniesChanged(v)),
      on('settings/changed', (v) => applyRoom(this.#mirror, 'settings', v)),
      on('review/closed', (v) => this.#closed(v.reviewId, v.fault)),
      on('app/navigate', onNavigate),
    ];
    void this.load();
    return () => {
      for (const end of ends) end();
    };
  }

  /** Asks for everything, again if need be. */
  async load(): Promise<void> {
    try {
      const [hello, snapshot] = await Promise.all([this.ask('app/hello', {}), this.ask('app/snapshot', {})]);
      applySnapshot(this.#mirror, snapshot);
      applyStart(this.#mirror, { at: 'ready', hello });
    } catch (thrown) {
      applyStart(this.#mirror, { at: 'broken', failure: failureOf(thrown) });
    }
  }

  /** Opens a review and returns its id, or null when it could not be opened or another was asked for meanwhile. */
  async openReview(requestId: string): Promise<string | null> {
    const turn = ++this.#opening;
    this.#closedEarly.clear();
    await this.#leaveReview();
    applyReview(this.#mirror, { at: 'opening', requestId });
    try {
      const review = await this.ask('review/open', { requestId });
      if (turn !== this.#opening) {
        await this.ask('review/close', { reviewId: review.reviewId });
        return null;
      }
      const fault = this.#closedEarly.get(review.reviewId);
      applyReview(this.#mirror, fault ? { at: 'closed', review, fault } : { at: 'open', review });
      return fault ? null : review.reviewId;
    } catch (thrown) {
      if (turn === this.#opening)
        applyReview(this.#mirror, { at: 'failed', requestId, failure: failureOf(thrown) });
      return null;
    }
  }

  /** Leaves whatever review is shown or being opened. */
  async closeReview(): Promise<void> {
    this.#opening += 1;
    await this.#leaveReview();
    applyReview(this.#mirror, { at: 'none' });
  }

  /** Shows a ceremony, and from then on as it changes. */
  async showCeremony(ceremony: string): Promise<void> {
    const { ceremony: held } = this.#mirror.getState();
    if (held.at !== 'open' || held.shown.ceremony !== ceremony)
      applyCeremony(this.#mirror, { at: 'opening', ceremony });
    try {
      applyCeremonyShown(this.#mirror, await this.ask('ceremony/show', { ceremony }));
    } catch (thrown) {
      const { ceremony: now } = this.#mirror.getState();
      if (now.at === 'opening' && now.ceremony === ceremony)
        applyCeremony(this.#mirror, { at: 'failed', ceremony, failure: failureOf(thrown) });
    }
  }

  /** The rooms's list says which ceremony changed; the one that is shown is asked for again. */
  #ceremoniesChanged(next: EventValue<'ceremonies/changed'>): void {
    applyRoom(this.#mirror, 'ceremonies', next);
    const { ceremony: held } = this.#mirror.getState();
    if (held.at !== 'open') return;
    const { shown } = held;
    const row = next.list.find((one) => one.ceremony === shown.ceremony);
    if (row && row.revision > shown.revision) void this.showCeremony(shown.ceremony);
  }

  #closed(reviewId: string, fault: Fault): void {
    if (this.#mirror.getState().review.at === 'opening') this.#closedEarly.set(reviewId, fault);
    applyReviewClosed(this.#mirror, reviewId, fault);
  }

  async #leaveReview(): Promise<void> {
    const { review } = this.#mirror.getState();
    if (review.at !== 'open') return;
    applyReview(this.#mirror, { at: 'none' });
    try {
      await this.ask('review/close', { reviewId: review.review.reviewId });
    } catch (thrown) {
      // Main may have closed it in the same moment; there is nothing left to close then.
      if (!(thrown instanceof CallFailed)) throw thrown;
    }
  }
}
