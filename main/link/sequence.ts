// Each tenant's sequence as this Console follows it: what is next, what came before, what is missing.
import { WireFault } from '../../core/fault/fault.ts';
import type { Grant } from '../../core/predicate/granted.ts';
import type { Alarmed, Granted, HoldSnapshot, Received, Resynced } from '../../core/stage/stages.ts';
import type { LinkNote } from './options.ts';

/** One page of a snapshot, as it came. */
export interface Page {
  readonly tenant: string;
  readonly seq: number;
  readonly page: number;
  readonly holds: readonly HoldSnapshot[];
  readonly grants: readonly Grant[];
  readonly more: boolean;
}

/** What to do with what came: hand it on, drop it as known, note it, or ask for everything after the cursors again. */
export interface Verdict {
  readonly deliver?: Received | Alarmed | Granted | Resynced;
  readonly notes: readonly LinkNote[];
  readonly resubscribe: boolean;
}

const MOST_HOLDS = 100_000;
const MOST_GRANTS = 1000;
const drop: Verdict = { notes: [], resubscribe: false };

interface Assembly {
  readonly seq: number;
  pages: number;
  readonly holds: HoldSnapshot[];
  readonly grants: Grant[];
}

/** Follows all tenants over one connection. `cursor` reads the last sequence number that is durable here. */
export class Sequence {
  readonly #cursor: (tenant: string) => number | undefined;
  readonly #assemblies = new Map<string, Assembly>();
  /** Tenants of whom something came since the last subscribe; of the others a snapshot may lead back. */
  readonly #heard = new Set<string>();
  /** Tenants with a gap that was noted and asked about, until the sequence goes on. */
  readonly #asked = new Set<string>();

  constructor(cursor: (tenant: string) => number | undefined) {
    this.#cursor = cursor;
  }

  /** A subscribe went out: until something of a tenant comes, its sequence may begin anew. */
  subscribed(): void {
    this.#heard.clear();
  }

  /** Judges an event. */
  event(arrival: Received | Alarmed | Granted): Verdict {
    const { tenant, seq } = arrival;
    const cursor = this.#cursor(tenant) ?? 0;
    const assembly = this.#assemblies.get(tenant);
    if (assembly && seq > assembly.seq) {
      this.#assemblies.delete(tenant);
      return this.#gap(tenant, cursor + 1, seq);
    }
    if (seq <= cursor || assembly) return drop;
    if (seq !== cursor + 1) return this.#gap(tenant, cursor + 1, seq);
    this.#came(tenant);
    return { deliver: arrival, notes: [], resubscribe: false };
  }

  /** Judges a page of a snapshot; the last page delivers all. Throws WireFault `message_invalid` for one without end. */
  page(came: Page): Verdict {
    const { tenant, seq, page } = came;
    const cursor = this.#cursor(tenant);
    if (cursor !== undefined && seq <= cursor && this.#heard.has(tenant)) return drop;
    const assembly = page === 0 ? { seq, pages: 0, holds: [], grants: [] } : this.#assemblies.get(tenant);
    if (assembly && assembly.seq === seq && page < assembly.pages) return drop;
    if (!assembly || assembly.seq !== seq || page !== assembly.pages) {
      this.#assemblies.delete(tenant);
      return this.#gap(tenant, (cursor ?? 0) + 1, seq);
    }
    this.#assemblies.set(tenant, assembly);
    assembly.pages += 1;
    assembly.holds.push(...came.holds);
    assembly.grants.push(...came.grants);
    if (assembly.holds.length > MOST_HOLDS || assembly.grants.length > MOST_GRANTS)
      throw new WireFault('message_invalid', 'a snapshot without end');
    return came.more ? drop : this.#whole(tenant, assembly, cursor);
  }

  #whole(tenant: string, { seq, holds, grants }: Assembly, cursor: number | undefined): Verdict {
    this.#assemblies.delete(tenant);
    this.#came(tenant);
    const notes: LinkNote[] = [];
    if (cursor !== undefined) {
      notes.push({ note: seq < cursor ? 'rolled-back' : 'resynced', tenant, from: cursor, to: seq });
    }
    return { deliver: { stage: 'resynced', tenant, seq, holds, grants }, notes, resubscribe: false };
  }

  #gap(tenant: string, expected: number, found: number): Verdict {
    if (this.#asked.has(tenant)) return drop;
    this.#asked.add(tenant);
    return { notes: [{ note: 'gap', tenant, expected, found }], resubscribe: true };
  }

  #came(tenant: string): void {
    this.#asked.delete(tenant);
    this.#heard.add(tenant);
  }
}
