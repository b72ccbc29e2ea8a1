// The inbox behind its snapshot: what waits, what ended a moment ago, and how far own decisions got.
import type { Queue, QueueRow } from '../../contract/ipc/queue.ts';
import type { Crypto } from '../../core/key/crypto.ts';
import type { Leaf } from '../../core/log/record.ts';
import type { HoldSnapshot, Queued } from '../../core/stage/stages.ts';
import { requestOf } from '../evidence/outbox.ts';
import type { Console, ConsoleEvent } from './console.ts';
import { Previews } from './previews.ts';
import { mayDecide, type Sitter } from './snapshots/may.ts';
import { queueOf, Rows, type Carried, type RowParts } from './snapshots/queue.ts';

export interface InboxOptions {
  readonly crypto: Crypto;
  readonly sitter: Sitter;
  readonly console: Console;
  readonly changed: () => void;
  readonly failed: (thrown: unknown) => void;
  readonly now: () => Date;
  /** How long a row that has ended stays to be seen; a minute unless given. */
  readonly lingerMs?: number;
}

const LINGER_MS = 60_000;
const MOST_ENDED = 500;

export class Inbox {
  readonly #options: InboxOptions;
  readonly #rows = new Rows();
  readonly #previews: Previews;
  readonly #ended = new Map<string, { readonly queued: Queued; readonly timer: NodeJS.Timeout }>();
  readonly #carried = new Map<string, Carried>();
  readonly #leaves = new Map<string, number>();
  readonly #waiting = new Map<string, Queued>();
  #confirmed: string | null = null;

  constructor(options: InboxOptions) {
    this.#options = options;
    const { console, crypto, changed, failed } = options;
    this.#previews = new Previews({ crypto, payload: (queued) => console.payload(queued), changed, failed });
    for (const entry of console.outbox()) this.#carried.set(requestOf(entry), 'waiting');
    for (const { entry } of console.journal.records())
      if (entry.event === 'evidenced') this.#recorded(entry.leaf);
    this.#refresh();
  }

  /** Whether everything that waits is here, and its rows say what they can. */
  get filled(): boolean {
    return this.#options.console.whole && this.#previews.idle;
  }

  /** Requests that are new with this event and wait for this officer, for a notification. */
  told(event: ConsoleEvent): readonly string[] {
    if (event.event === 'ended') this.#end(event.hold);
    else if (event.event === 'delivery') this.#delivered(event);
    else if (event.event === 'link') {
      if (event.state.state === 'online') this.#previews.want([...this.#waiting.values()]);
      // What was seen until the link broke was confirmed until now.
      else if (this.#confirmed !== null) this.#confirmed = this.#time();
    } else if (event.event === 'queue') return this.#refresh();
    return [];
  }

  snapshot(revision: number): Queue {
    const { console, crypto, sitter } = this.#options;
    if (console.link?.state === 'online' && console.whole) this.#confirmed = this.#time();
    const trust = console.trusted();
    const parts: RowParts = {
      crypto,
      sitter,
      directory: trust?.latest ?? null,
      preview: (queued) => this.#previews.get(queued),
      delivery: (requestId) => this.#carried.get(requestId) ?? null,
      leaf: (requestId) => this.#leaves.get(requestId) ?? null,
      hasSigned: (requestId) => console.journal.fold.heldSignatures.has(requestId),
    };
    const digest = trust?.latestDigest ?? '';
    const ended = [...this.#ended.values()].map(({ queued }) => queued);
    const open = console.queue();
    const waiting = new Set(open.map(({ requestId }) => requestId));
    const all = [...open, ...ended.filter(({ requestId }) => !waiting.has(requestId))];
    const rows: QueueRow[] = all.map((queued) => this.#rows.row(queued, parts, digest));
    return queueOf(revision, rows, console.whole, this.#confirmed);
  }

  close(): void {
    this.#previews.close();
    for (const { timer } of this.#ended.values()) clearTimeout(timer);
  }

  #time(): string {
    return this.#options.now().toISOString();
  }

  #refresh(): readonly string[] {
    const queue = this.#options.console.queue();
    const fresh = new Set(queue.map(({ requestId }) => requestId).filter((id) => !this.#waiting.has(id)));
    this.#waiting.clear();
    for (const queued of queue) this.#waiting.set(queued.requestId, queued);
    this.#previews.want(queue);
    const { console, sitter } = this.#options;
    const directory = console.trusted()?.latest ?? null;
    return queue
      .filter(({ requestId }) => fresh.has(requestId))
      .filter(({ hold }) => mayDecide(hold, directory, sitter) === null)
      .map(({ requestId }) => requestId);
  }

  #delivered({ requestId, delivery }: Extract<ConsoleEvent, { event: 'delivery' }>): void {
    const { state } = delivery;
    if (delivery.state === 'evidenced') this.#recorded(delivery.evidenced.leaf);
    this.#carried.set(requestId, state === 'waiting' || state === 'withheld' ? state : 'recorded');
  }

  #recorded({ index, record }: Pick<Leaf, 'index' | 'record'>): void {
    if ('requestId' in record) this.#leaves.set(record.requestId, index);
  }

  /** Stays a moment, so that whoever looks at it sees how it ended. */
  #end(hold: HoldSnapshot): void {
    const requestId = hold.request.id;
    const before = this.#waiting.get(requestId);
    if (!before) return;
    clearTimeout(this.#ended.get(requestId)?.timer);
    const timer = setTimeout(() => {
      this.#ended.delete(requestId);
      this.#carried.delete(requestId);
      this.#leaves.delete(requestId);
      this.#options.changed();
    }, this.#options.lingerMs ?? LINGER_MS);
    timer.unref();
    this.#ended.set(requestId, { queued: { ...before, hold }, timer });
    for (const [oldest, one] of this.#ended) {
      if (this.#ended.size <= MOST_ENDED) break;
      clearTimeout(one.timer);
      this.#ended.delete(oldest);
    }
  }
}
