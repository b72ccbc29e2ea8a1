// A model of the desk: one officer's word each, no gates, no keys. Its disk survives a kill; everything else does not.
import { randomBytes } from 'node:crypto';
import type { Sealed } from '../../../core/decision/decision.ts';
import type { SealedSession } from '../../../core/decision/session.ts';
import { CallerFault, Refusal } from '../../../core/fault/fault.ts';
import { isEnded, isOpen, type HoldState } from '../../../core/hold/hold.ts';
import { canonical } from '../../../core/json/canonical.ts';
import { digestOf } from '../../../core/json/digest.ts';
import { RECORD_TYPE, type LogRecord } from '../../../core/log/record.ts';
import type { Grant } from '../../../core/predicate/granted.ts';
import type { Request } from '../../../core/request/request.ts';
import { nodeCrypto } from '../../../ports/crypto.ts';
import type {
  Desk,
  DirectoryDesk,
  FeedEvent,
  HoldRow,
  LogReader,
  Recorded,
  Seat,
} from '../../../signer/desk/ports.ts';
import type { SessionStore } from '../../../signer/feed/options.ts';
import { NOW, ORIGIN } from '../../support/world.ts';

interface Line {
  readonly events: FeedEvent[];
  /** Events up to this number were thrown away. */
  pruned: number;
}

interface Answered {
  readonly bytes: string;
  readonly recorded: Recorded;
}

/** What a kill leaves. */
export interface ModelDisk {
  readonly lines: Map<string, Line>;
  readonly holds: Map<string, HoldRow>;
  readonly payloads: Map<string, Uint8Array>;
  readonly challenges: Map<string, { challenge: string; officer: string; requestId: string }>;
  readonly answered: Map<string, Answered>;
  readonly sessions: Map<string, SealedSession>;
  /** Every decision in the order of its leaf: what `exactly once` is counted in. */
  readonly decided: Sealed[];
  leaves: number;
}

export const newDisk = (): ModelDisk => ({
  lines: new Map(),
  holds: new Map(),
  payloads: new Map(),
  challenges: new Map(),
  answered: new Map(),
  sessions: new Map(),
  decided: [],
  leaves: 0,
});

/** Thrown where the model process dies: its server never answers. */
export class Killed extends Error {}

const salt = Buffer.alloc(32).toString('base64url');
const unused = (): never => {
  throw new CallerFault('not_found', 'not part of the model');
};

export class ModelDesk implements Desk {
  readonly disk: ModelDisk;
  readonly seats: Seat[] = [];
  readonly asked: { call: string; seat: Seat }[] = [];
  /** The next decision kills the process, before or after it was stored; `killed` is then called. */
  dies: 'before' | 'after' | undefined;
  killed: () => void = () => undefined;
  readonly #listeners = new Set<(tenant: string) => void>();

  constructor(disk: ModelDisk = newDisk()) {
    this.disk = disk;
  }

  readonly submit = unused;
  readonly status = unused;
  readonly withdraw = unused;
  readonly evidence = unused;

  readonly directory: DirectoryDesk = {
    propose: async () => unused(),
    sign: async () => unused(),
    withdraw: async () => unused(),
    publish: async () => unused(),
    proposals: async () => ({ open: [], ended: [] }),
    onChange: () => () => undefined,
  };

  readonly log: LogReader = {
    checkpoint: async () => this.#checkpoint(),
    size: async () => this.disk.leaves,
    inclusion: async () => [],
    consistency: async () => [],
    append: async () => this.disk.leaves++,
  };

  /** A new hold, and its event. */
  hold(request: Request, payload?: Uint8Array): void {
    const { tenant, id: requestId, payloadDigest } = request;
    const requestDigest = digestOf(nodeCrypto, request);
    const held = this.#leaf({
      _type: RECORD_TYPE,
      at: NOW,
      event: 'held',
      tenant,
      requestId,
      requestDigest,
      payloadDigest,
    });
    if (payload) this.disk.payloads.set(payloadDigest, payload);
    this.#put({ request, state: 'waiting', code: null, held, decisions: [] });
  }

  /** The hold ends, or goes on, without an officer. */
  setState(requestId: string, state: HoldState): void {
    const row = this.disk.holds.get(requestId);
    if (row && !isEnded(row.state)) this.#put({ ...row, state });
  }

  alarm(tenant: string, code = 'challenge_reused'): void {
    this.#emit(tenant, (seq) => ({ tenant, seq, event: 'alarm', code, about: 'model' }));
  }

  /** Throws away all events of the tenant but the newest `keep`. */
  prune(tenant: string, keep = 0): void {
    const line = this.#line(tenant);
    line.pruned = Math.max(line.pruned, line.events.length - keep);
  }

  async payload(id: string, digest: string): Promise<Uint8Array> {
    const bytes = this.disk.payloads.get(digest);
    if (!bytes || this.disk.holds.get(id)?.request.payloadDigest !== digest)
      throw new CallerFault('not_found');
    return bytes;
  }

  async seated(seat: Seat) {
    this.seats.push(seat);
    return { journalHead: null };
  }

  async challenge(seat: Seat, requestId: string): Promise<string> {
    this.asked.push({ call: 'challenge', seat });
    const row = this.disk.holds.get(requestId);
    if (!row) throw new CallerFault('not_found');
    if (!isOpen(row.state)) throw new Refusal('hold_closed', requestId);
    const open = [...this.disk.challenges.values()].find(
      (one) =>
        one.officer === seat.officer && one.requestId === requestId && !this.disk.answered.has(one.challenge),
    );
    if (open) return open.challenge;
    const challenge = randomBytes(32).toString('base64url');
    this.disk.challenges.set(challenge, { challenge, officer: seat.officer, requestId });
    return challenge;
  }

  async decide(seat: Seat, sealed: Sealed): Promise<Recorded> {
    this.asked.push({ call: 'decide', seat });
    const { decision } = sealed;
    const bytes = Buffer.from(canonical(sealed)).toString('latin1');
    const before = this.disk.answered.get(decision.challenge);
    if (before && before.bytes !== bytes) throw new Refusal('challenge_reused', decision.challenge);
    if (before) return before.recorded;
    const given = this.disk.challenges.get(decision.challenge);
    if (given?.officer !== seat.officer || given.requestId !== decision.requestId)
      throw new Refusal('challenge_unknown');
    const row = this.disk.holds.get(decision.requestId);
    if (!row || !isOpen(row.state)) throw new Refusal('hold_closed', decision.requestId);
    this.#die('before');
    const recorded = this.#record(row, sealed, bytes);
    this.#die('after');
    return recorded;
  }

  async ask(seat: Seat, challenge: string): Promise<Recorded | null> {
    this.asked.push({ call: 'ask', seat });
    return this.disk.answered.get(challenge)?.recorded ?? null;
  }

  async officerSignature(seat: Seat): Promise<void> {
    this.asked.push({ call: 'signature', seat });
  }

  async cosign(seat: Seat): Promise<void> {
    this.asked.push({ call: 'cosign', seat });
  }

  async events(tenant: string, after: number, limit: number): Promise<readonly FeedEvent[] | null> {
    const line = this.#line(tenant);
    return after < line.pruned ? null : line.events.slice(after, after + limit);
  }

  async snapshot(tenant: string, afterId: string, limit: number) {
    const open = [...this.disk.holds.values()]
      .filter((row) => row.request.tenant === tenant && !isEnded(row.state) && row.request.id > afterId)
      .sort((a, b) => (a.request.id < b.request.id ? -1 : 1));
    return { seq: this.#line(tenant).events.length, holds: open.slice(0, limit), more: open.length > limit };
  }

  /** Grants are no part of these histories: there are none, and none can be asked for. */
  async grants(): Promise<Grant[]> {
    return [];
  }

  async revokeGrant(_seat: Seat, grant: string): Promise<void> {
    throw new CallerFault('not_found', grant);
  }

  async raiseBypass(): Promise<never> {
    throw new CallerFault('bypass_not_needed');
  }

  async spendEvidence(_tenant: string | null, id: string): Promise<never> {
    throw new CallerFault('not_found', id);
  }

  async signatureEvidence(_tenant: string | null, id: string): Promise<never> {
    throw new CallerFault('not_found', id);
  }

  async tenants() {
    return [...this.disk.lines].map(([tenant, line]) => ({ tenant, seq: line.events.length }));
  }

  onEvents(listener: (tenant: string) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Sessions on the same disk. */
  sessions(): SessionStore {
    return {
      put: async (id, sealed) => void this.disk.sessions.set(id, sealed),
      get: async (id) => this.disk.sessions.get(id),
    };
  }

  #record(row: HoldRow, sealed: Sealed, bytes: string): Recorded {
    const { decision } = sealed;
    const leaf = this.#leaf({
      _type: RECORD_TYPE,
      at: NOW,
      event: 'decided',
      tenant: row.request.tenant,
      requestId: decision.requestId,
      challenge: decision.challenge,
      decision: digestOf(nodeCrypto, sealed),
      officer: decision.officer,
      verdict: decision.verdict,
    });
    const recorded = {
      challenge: decision.challenge,
      leaf: { ...leaf, proof: [] },
      checkpoint: this.#checkpoint(),
    };
    this.disk.answered.set(decision.challenge, { bytes, recorded });
    this.disk.decided.push(sealed);
    const decisions = [...row.decisions, sealed];
    const approvals = decisions.filter((one) => one.decision.verdict === 'approve').length;
    const complete = approvals >= row.request.quorum.approvals;
    this.#put({
      ...row,
      decisions,
      state: decision.verdict === 'deny' ? 'denied' : complete ? 'signed' : 'waiting',
    });
    return recorded;
  }

  #die(when: 'before' | 'after'): void {
    if (this.dies !== when) return;
    this.dies = undefined;
    this.killed();
    throw new Killed();
  }

  #line(tenant: string): Line {
    const line = this.disk.lines.get(tenant) ?? { events: [], pruned: 0 };
    this.disk.lines.set(tenant, line);
    return line;
  }

  #put(hold: HoldRow): void {
    this.disk.holds.set(hold.request.id, hold);
    const { tenant } = hold.request;
    this.#emit(tenant, (seq) => ({ tenant, seq, event: 'hold', hold }));
  }

  #emit(tenant: string, make: (seq: number) => FeedEvent): void {
    const { events } = this.#line(tenant);
    events.push(make(events.length + 1));
    for (const listener of this.#listeners) listener(tenant);
  }

  #leaf(record: LogRecord) {
    return { index: this.disk.leaves++, salt, record };
  }

  /** Shaped like a note; nobody on the link believes it. */
  #checkpoint(): string {
    return `${ORIGIN}\n${this.disk.leaves}\n${Buffer.alloc(32).toString('base64')}\n\n— ${ORIGIN} ${'A'.repeat(92)}\n`;
  }
}
