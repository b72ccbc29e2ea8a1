// A Signer in memory for the Console's tests: real log, real checks of decisions, and a link of function calls.
import { randomBytes } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import type { Sealed } from '../../core/decision/decision.ts';
import { tally } from '../../core/decision/tally.ts';
import { CallerFault, Refusal, WireFault, type AnyFault } from '../../core/fault/fault.ts';
import { isOpen, type HoldState } from '../../core/hold/hold.ts';
import { digestOf } from '../../core/json/digest.ts';
import type { Head } from '../../core/log/head.ts';
import type { Grant } from '../../core/predicate/granted.ts';
import type { Request } from '../../core/request/request.ts';
import type { Arrival, HoldSnapshot } from '../../core/stage/stages.ts';
import { asFault } from '../../ports/peer-faults.ts';
import type { Link, LinkOptions, LinkState, RecordedAnswer } from '../../main/link/link.ts';
import { nodeCrypto } from '../../ports/crypto.ts';
import { MiniLog } from './evidence-world.ts';
import { expectedOf, makeRequest, NOW, TENANT, type Person, type World } from './world.ts';

interface Row {
  readonly request: Request;
  readonly payload: Uint8Array;
  readonly held: HoldSnapshot['held'];
  readonly decisions: Sealed[];
  state: HoldState;
}

/** What one Console may call. Everything crosses as JSON in the kill tests. */
export class FakeSigner {
  readonly world: World;
  readonly log: MiniLog;
  readonly rows = new Map<string, Row>();
  readonly recorded = new Map<string, { sealed: Sealed; index: number }>();
  readonly challenges = new Map<string, string>();
  readonly signatures: { requestId: string; sig: string }[] = [];
  readonly cosigned: number[] = [];
  /** Bypass grants, as this Signer says that they stand. */
  readonly grants = new Map<string, Grant>();
  readonly revoked: { officer: string; grant: string; reason: string }[] = [];
  readonly alarms: string[] = [];
  readonly journals = new Map<string, Head>();
  cosigners: readonly Person[] = [];
  seq = 0;
  readonly #listeners = new Set<(arrival: Arrival) => void>();

  constructor(world: World) {
    this.world = world;
    this.log = new MiniLog(world);
    this.log.append({ event: 'directory', version: 1, digest: world.pin });
  }

  /** Holds a request over a payload and tells everybody. */
  hold(payload: Uint8Array, overrides: Partial<Request> = {}): Request {
    const request = makeRequest(this.world, payload, overrides);
    const requestDigest = digestOf(nodeCrypto, request);
    const about = { tenant: request.tenant, requestId: request.id };
    const index = this.log.append({
      event: 'held',
      ...about,
      requestDigest,
      payloadDigest: request.payloadDigest,
    });
    const { salt, record } = this.log.leaf(index);
    this.rows.set(request.id, {
      request,
      payload,
      held: { index, salt, record },
      decisions: [],
      state: 'waiting',
    });
    this.tell(request.id);
    return request;
  }

  snapshot(requestId: string): HoldSnapshot {
    const { request, held, decisions, state } = this.row(requestId);
    return structuredClone({ request, held, decisions, state, code: null });
  }

  row(requestId: string): Row {
    const row = this.rows.get(requestId);
    if (!row) throw new CallerFault('not_found', requestId);
    return row;
  }

  tell(requestId: string): void {
    this.seq += 1;
    this.#send({ stage: 'received', tenant: TENANT, seq: this.seq, hold: this.snapshot(requestId) });
  }

  #send(arrival: Arrival): void {
    for (const listener of this.#listeners) listener(arrival);
  }

  /** Says how a grant stands now. */
  tellGrant(grant: Grant): void {
    this.seq += 1;
    this.grants.set(grant.id, grant);
    this.#send({ stage: 'granted', tenant: TENANT, seq: this.seq, grant });
  }

  revoke(officer: string, id: string, reason: string): void {
    const grant = this.grants.get(id);
    if (!grant) throw new CallerFault('not_found', id);
    this.revoked.push({ officer, grant: id, reason });
    if (grant.state === 'ended') return;
    this.tellGrant({ ...grant, state: 'ended', why: 'revoked', endedBy: officer, endedAt: NOW });
  }

  /** What a Console that connects is told first. */
  resync(): Arrival {
    const open = [...this.rows.keys()].map((id) => this.snapshot(id)).filter(({ state }) => isOpen(state));
    return {
      stage: 'resynced',
      tenant: TENANT,
      seq: this.seq,
      holds: open,
      grants: [...this.grants.values()],
    };
  }

  listen(listener: (arrival: Arrival) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  checkpoint(): string {
    return this.log.checkpoint(this.cosigners);
  }

  challenge(officer: string, requestId: string): string {
    const name = `${officer} ${requestId}`;
    const known = this.challenges.get(name);
    if (known && !this.recorded.has(known)) return known;
    if (!isOpen(this.row(requestId).state)) throw new Refusal('hold_closed', requestId);
    const challenge = randomBytes(32).toString('base64url');
    this.challenges.set(name, challenge);
    return challenge;
  }

  answer(challenge: string): RecordedAnswer | null {
    const known = this.recorded.get(challenge);
    if (!known) return null;
    return { challenge, leaf: this.log.leaf(known.index), checkpoint: this.checkpoint() };
  }

  decide(sealed: Sealed): RecordedAnswer {
    const { challenge, requestId, officer, verdict, machine, journalHead } = sealed.decision;
    const before = this.recorded.get(challenge);
    if (before && digestOf(nodeCrypto, before.sealed) !== digestOf(nodeCrypto, sealed)) {
      this.alarms.push('challenge_reused');
      throw new Refusal('challenge_reused', challenge);
    }
    if (!before) {
      const row = this.row(requestId);
      if (!isOpen(row.state)) throw new Refusal('hold_closed', requestId);
      if (this.challenges.get(`${officer} ${requestId}`) !== challenge)
        throw new Refusal('challenge_unknown');
      const last = this.journals.get(machine);
      if (verdict === 'approve' && last && last.size > journalHead.size) throw new Refusal('journal_shorter');
      const expected = expectedOf(this.world, row.request, row.payload);
      const result = tally(nodeCrypto, expected, [...row.decisions, sealed]);
      const decision = digestOf(nodeCrypto, sealed);
      const about = { tenant: row.request.tenant, requestId, challenge, decision, officer, verdict };
      this.recorded.set(challenge, { sealed, index: this.log.append({ event: 'decided', ...about }) });
      this.journals.set(machine, journalHead);
      row.decisions.push(sealed);
      if (result.state === 'denied') row.state = 'denied';
      if (result.state === 'complete')
        row.state = row.request.keys.includes(this.world.held) ? 'quorate' : 'signed';
      this.tell(requestId);
    }
    const answer = this.answer(challenge);
    if (!answer) throw new WireFault('timed_out');
    return answer;
  }

  signature(requestId: string, sig: string): void {
    this.signatures.push({ requestId, sig });
    this.row(requestId).state = 'signed';
    this.tell(requestId);
  }
}

/** Handles on a link that a test holds. `fail` makes every call of the link reject until it is cleared. */
export interface FakeLink {
  readonly open: (options: LinkOptions) => Link;
  fail: AnyFault | null;
  /** What to do to an answer before the Console sees it. */
  twist: Partial<Link>;
  /** Pushes a checkpoint, as the Signer does. */
  push(checkpoint: string): void;
  drop(): void;
}

const soon = (): Promise<void> => setImmediate();

/** A link for one person's Console: signs in by its device at once, follows the fake Signer's events. */
export function fakeLink(signer: FakeSigner, who: Person): FakeLink {
  const { world, log } = signer;
  let given: LinkOptions | undefined;
  let state: LinkState = { state: 'connecting' };
  const handle: FakeLink = {
    fail: null,
    twist: {},
    open: (options) => {
      given = options;
      const become = (next: LinkState): void => {
        state = next;
        options.onState?.(next);
      };
      let turn = Promise.resolve();
      const receive = (arrival: Arrival): void => {
        if (state.state !== 'online') return;
        turn = turn.then(() => options.inbox.receive(arrival)).catch(() => undefined);
      };
      signer.listen(receive);
      const seat = async (): Promise<void> => {
        await soon();
        const session = {
          _type: 'https://stella.ops/signer/session/v1' as const,
          signer: world.pin,
          officer: who.id,
          device: options.device,
          machine: who.machine.id,
          sessionKey: who.machine.sign.key,
          nonce: randomBytes(32).toString('base64url'),
          versions: ['1'],
          expires: new Date(options.now().getTime() + 3600_000).toISOString(),
        };
        await options.signSession(session, new AbortController().signal);
        const journalHead = signer.journals.get(who.machine.id) ?? null;
        const welcome = {
          session: digestOf(nodeCrypto, session),
          journalHead,
          directory: world.trust.latestDigest,
        };
        options.onWelcome?.({ ...welcome, checkpoint: signer.checkpoint() });
        become({ state: 'online', session: welcome.session, expires: session.expires });
        receive(signer.resync());
      };
      const begin = (): void =>
        void seat().catch((thrown: unknown) => become({ state: 'signed-out', fault: asFault(thrown) }));
      begin();
      const up = async <T>(step: () => T): Promise<T> => {
        await soon();
        if (handle.fail) throw handle.fail;
        return structuredClone(step());
      };
      const link: Link = {
        get state() {
          return state;
        },
        signIn: begin,
        close: async () => become({ state: 'closed' }),
        challengeFor: (id) => up(() => signer.challenge(who.id, id)),
        decide: (sealed) => up(() => signer.decide(sealed)),
        ask: (challenge) => up(() => signer.answer(challenge)),
        signature: (id, _, sig) => up(() => signer.signature(id, sig)),
        revokeGrant: (grant, reason) => up(() => signer.revoke(who.id, grant, reason)),
        cosign: (size) => up(() => void signer.cosigned.push(size)),
        directory: {
          propose: () => Promise.reject(new CallerFault('not_found')),
          sign: () => Promise.reject(new CallerFault('not_found')),
          withdraw: () => Promise.reject(new CallerFault('not_found')),
        },
        fetchPayload: (id) => up(() => signer.row(id).payload),
        fetchEvidence: () => Promise.reject(new CallerFault('not_found')),
        fetchChain: () => up(() => world.chain),
        fetchPolicy: () => up(() => world.policy),
        fetchCheckpoint: () => up(() => signer.checkpoint()),
        fetchInclusion: (leaf, size) => up(() => log.leaf(leaf, size).proof),
        fetchConsistency: (old, size) => up(() => log.consistency(old, size)),
      };
      return new Proxy(link, {
        get: (target, name) => Reflect.get(handle.twist, name) ?? Reflect.get(target, name),
      });
    },
    push: (checkpoint) => given?.onCheckpoint?.(checkpoint),
    drop: () => {
      state = { state: 'waiting', pause: 0, fault: new WireFault('unreachable') };
      given?.onState?.(state);
    },
  };
  return handle;
}
