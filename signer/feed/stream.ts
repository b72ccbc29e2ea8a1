// The events that one Console gets: gapless in each tenant, a snapshot where the sequence does not reach back.
import { LARGEST_MESSAGE, type FromSigner, type Hold, type LinkEvent } from '../../contract/wire/link.ts';
import { isFault } from '../../core/fault/fault.ts';
import type { Grant } from '../../core/predicate/granted.ts';
import type { Desk, FeedEvent, HoldRow } from '../desk/ports.ts';
import type { FeedLog } from './options.ts';
import type { Outgoing } from './outgoing.ts';

/** A snapshot page is closed when it has grown to so many bytes or items. */
const PAGE_BYTES = LARGEST_MESSAGE / 4;
const PAGE_ITEMS = 64;

export interface StreamParts {
  readonly desk: Desk;
  readonly out: Outgoing;
  readonly log: FeedLog;
  readonly page: number;
  /** Throws when the session has ended; asked before each page. */
  readonly guard: () => void;
  /** Hears of what ended the stream. */
  readonly failed: (thrown: unknown) => void;
}

const tooLarge = (thrown: unknown): boolean => isFault(thrown) && thrown.code === 'message_too_large';

const wireHold = (row: HoldRow): Hold => ({ ...row, decisions: [...row.decisions] });

function wireEvent(event: FeedEvent): LinkEvent {
  if (event.event === 'alarm') return { event: 'alarm', code: event.code, about: event.about };
  if (event.event === 'grant') return { event: 'grant', grant: event.grant };
  return { event: 'hold', hold: wireHold(event.hold) };
}

/** One Console's place in every tenant's sequence, and the one loop that moves it on. */
export class Stream {
  readonly #parts: StreamParts;
  /** The last sequence number sent; null where a snapshot comes first. */
  #positions: Map<string, number | null> | undefined;
  readonly #dirty = new Set<string>();
  #running = false;

  constructor(parts: StreamParts) {
    this.#parts = parts;
  }

  /** Begins, or begins anew, after these cursors. One ahead of the Signer's own sequence is answered by a snapshot. */
  async subscribe(cursors: readonly { readonly tenant: string; readonly seq: number }[]): Promise<void> {
    const newest = new Map((await this.#parts.desk.tenants()).map((one) => [one.tenant, one.seq]));
    const positions = new Map<string, number | null>([...newest.keys()].map((tenant) => [tenant, null]));
    for (const { tenant, seq } of cursors)
      positions.set(tenant, seq > (newest.get(tenant) ?? 0) ? null : seq);
    this.#positions = positions;
    for (const tenant of positions.keys()) this.wake(tenant);
  }

  /** Something may have happened in this tenant. */
  wake(tenant: string): void {
    if (!this.#positions) return;
    this.#dirty.add(tenant);
    if (this.#running) return;
    this.#running = true;
    void this.#run();
  }

  /** Looks for what no hint told of: another replica's commits. */
  sweep(tenants: readonly { readonly tenant: string; readonly seq: number }[]): void {
    for (const { tenant, seq } of tenants) {
      const position = this.#positions?.get(tenant) ?? 0;
      if (seq > position) this.wake(tenant);
    }
  }

  async #run(): Promise<void> {
    try {
      for (let next = this.#dirty.values().next(); !next.done; next = this.#dirty.values().next()) {
        this.#dirty.delete(next.value);
        this.#parts.guard();
        await this.#deliver(next.value);
      }
    } catch (thrown) {
      this.#parts.failed(thrown);
    } finally {
      this.#running = false;
    }
  }

  /** Sends one page of a tenant; comes back for the rest, so that a busy tenant does not starve the others. */
  async #deliver(tenant: string): Promise<void> {
    const positions = this.#positions ?? new Map<string, number | null>();
    const after = positions.has(tenant) ? positions.get(tenant) : 0;
    if (after === null || after === undefined) return this.#snapshot(tenant, positions);
    const { desk, log, page } = this.#parts;
    const events = await desk.events(tenant, after, page);
    let seq = after;
    for (const event of events ?? []) {
      if (positions !== this.#positions) return;
      if (event.seq !== seq + 1) {
        log.error({ tenant, expected: seq + 1, found: event.seq }, 'the sequence has a gap');
        break;
      }
      await this.#event(tenant, event);
      seq = event.seq;
      positions.set(tenant, seq);
    }
    const broken = events === null || (events.length > 0 && seq !== events.at(-1)?.seq);
    if (broken) positions.set(tenant, null);
    if (broken || events.length >= page) this.#dirty.add(tenant);
  }

  async #event(tenant: string, event: FeedEvent): Promise<void> {
    const { out, log } = this.#parts;
    const message: FromSigner = { type: 'event', tenant, seq: event.seq, event: wireEvent(event) };
    try {
      await out.send(message);
    } catch (thrown) {
      if (!tooLarge(thrown) || event.event !== 'hold') throw thrown;
      const about = event.hold.request.id;
      log.error({ tenant, requestId: about }, 'a hold is larger than a message may be');
      await out.send({ ...message, event: { event: 'alarm', code: 'message_too_large', about } });
    }
  }

  /** Pages bear the first one's sequence number: what happened meanwhile follows as events, whole. */
  async #snapshot(tenant: string, positions: Map<string, number | null>): Promise<void> {
    const { desk, page: limit } = this.#parts;
    const paper = new SnapshotPages(tenant, this.#parts);
    let afterId = '';
    for (let more = true; more;) {
      const part = await desk.snapshot(tenant, afterId, limit);
      paper.begin(part.seq);
      for (const row of part.holds) {
        if (positions !== this.#positions) return;
        await paper.add(wireHold(row));
        afterId = row.request.id;
      }
      more = part.more && part.holds.length > 0;
    }
    if (positions !== this.#positions) return;
    for (const grant of await desk.grants(tenant)) await paper.grant(grant);
    await paper.end();
    positions.set(tenant, paper.seq);
    this.#dirty.add(tenant);
  }
}

/** Packs holds, then grants, into pages by size, and numbers the pages. */
class SnapshotPages {
  readonly #tenant: string;
  readonly #parts: StreamParts;
  #seq: number | undefined;
  #page = 0;
  #holds: Hold[] = [];
  #grants: Grant[] = [];
  #bytes = 0;

  constructor(tenant: string, parts: StreamParts) {
    this.#tenant = tenant;
    this.#parts = parts;
  }

  get seq(): number {
    return this.#seq ?? 0;
  }

  begin(seq: number): void {
    this.#seq ??= seq;
  }

  async add(hold: Hold): Promise<void> {
    const bytes = Buffer.byteLength(JSON.stringify(hold));
    if (bytes > LARGEST_MESSAGE - 1024) {
      const requestId = hold.request.id;
      this.#parts.log.error({ tenant: this.#tenant, requestId }, 'a hold is larger than a message may be');
      return;
    }
    await this.#room(this.#holds.length, bytes);
    this.#holds.push(hold);
    this.#bytes += bytes;
  }

  async grant(grant: Grant): Promise<void> {
    const bytes = Buffer.byteLength(JSON.stringify(grant));
    await this.#room(this.#grants.length, bytes);
    this.#grants.push(grant);
    this.#bytes += bytes;
  }

  end(): Promise<void> {
    return this.#send(false);
  }

  /** Begins another page where this one has no room for so many bytes more. */
  async #room(have: number, bytes: number): Promise<void> {
    const empty = this.#holds.length + this.#grants.length === 0;
    if (have >= PAGE_ITEMS || (!empty && this.#bytes + bytes > PAGE_BYTES)) await this.#send(true);
  }

  async #send(more: boolean): Promise<void> {
    const [holds, grants] = [this.#holds, this.#grants];
    this.#holds = [];
    this.#grants = [];
    this.#bytes = 0;
    this.#parts.guard();
    const page = this.#page++;
    const of = { tenant: this.#tenant, seq: this.seq, page };
    await this.#parts.out.send({ type: 'snapshot', ...of, holds, grants, more });
  }
}
