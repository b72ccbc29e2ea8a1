// Previews: fetches what waits in the background, a few at a time, and works out what its rows say.
import { setImmediate } from 'node:timers/promises';
import { Refusal, isFault } from '../../core/fault/fault.ts';
import type { Crypto } from '../../core/key/crypto.ts';
import { headlineOf } from '../../core/request/headline.ts';
import { viewOf } from '../../core/review/view.ts';
import type { Queued } from '../../core/stage/stages.ts';
import { documentOf } from './acts/headline.ts';
import { beginning, faultOf } from './snapshots/common.ts';
import type { Preview } from './snapshots/queue.ts';

/** `payload` fetches and verifies, as `Payloads` does. `changed`: a row has more to say. */
export interface PreviewOptions {
  readonly crypto: Crypto;
  readonly payload: (queued: Queued) => Promise<Uint8Array>;
  readonly changed: () => void;
  /** What is no fault of ours: a mistake in the program, for its log. */
  readonly failed: (thrown: unknown) => void;
  readonly atOnce?: number;
  readonly most?: number;
}

const AT_ONCE = 4;
const MOST = 20_000;
const LONGEST_SUBJECT = 500;

/** Equal payloads of equal type and view have one preview, whatever requests they stand in. */
function nameOf({ hold: { request } }: Queued): string {
  return `${request.payloadDigest} ${request.view} ${request.payloadType}`;
}

export class Previews {
  readonly #options: PreviewOptions;
  readonly #known = new Map<string, Preview>();
  readonly #wanted = new Map<string, Queued>();
  readonly #running = new Set<string>();
  #closed = false;

  constructor(options: PreviewOptions) {
    this.#options = options;
  }

  /** What is known of it so far. */
  get(queued: Queued): Preview | undefined {
    return this.#known.get(nameOf(queued));
  }

  /** Nothing is being fetched, and nothing waits to be. */
  get idle(): boolean {
    return this.#running.size === 0 && this.#wanted.size === 0;
  }

  /** How many are being fetched now. */
  get running(): number {
    return this.#running.size;
  }

  /** These wait; whatever else was wanted is not any more. What failed for a passing reason is tried again by this. */
  want(queue: readonly Queued[]): void {
    this.#wanted.clear();
    for (const queued of queue) {
      const name = nameOf(queued);
      if (!this.#known.has(name) && !this.#running.has(name)) this.#wanted.set(name, queued);
    }
    this.#fill();
  }

  close(): void {
    this.#closed = true;
    this.#wanted.clear();
  }

  #fill(): void {
    for (const [name, queued] of this.#wanted) {
      if (this.#closed || this.#running.size >= (this.#options.atOnce ?? AT_ONCE)) return;
      this.#wanted.delete(name);
      this.#running.add(name);
      void this.#one(name, queued)
        .catch((thrown: unknown) => this.#options.failed(thrown))
        .finally(() => {
          this.#running.delete(name);
          this.#fill();
        });
    }
  }

  async #one(name: string, queued: Queued): Promise<void> {
    const preview = await this.#make(queued);
    if (!preview || this.#closed) return;
    this.#known.set(name, preview);
    for (const oldest of this.#known.keys()) {
      if (this.#known.size <= (this.#options.most ?? MOST)) break;
      this.#known.delete(oldest);
    }
    this.#options.changed();
  }

  /** Undefined when it cannot be had now. Bytes that are not what they should be lock the row: that is worth seeing at once. */
  async #make(queued: Queued): Promise<Preview | undefined> {
    try {
      const payload = await this.#options.payload(queued);
      await setImmediate(); // looking into a large one takes a while: whoever waits for main goes first
      const { request } = queued.hold;
      const view = viewOf(this.#options.crypto, request.view, request.payloadType, payload);
      const { predicateType, subjects } = headlineOf(request, view);
      const first = subjects[0]?.name;
      return {
        document: documentOf(predicateType),
        subject: first === undefined ? null : beginning(first, LONGEST_SUBJECT),
        subjects: subjects.length,
        lock: null,
      };
    } catch (thrown) {
      if (!isFault(thrown)) throw thrown;
      if (!(thrown instanceof Refusal)) return undefined;
      return { document: null, subject: null, subjects: 0, lock: faultOf(thrown) };
    }
  }
}
