// The link: keeps one connection to the Signer, comes back when it breaks, and hands on what arrives, in order.
import { HEARTBEAT, type FromSigner } from '../../contract/wire/link.ts';
import type { Sealed } from '../../core/decision/decision.ts';
import { Refusal, WireFault, type AnyFault } from '../../core/fault/fault.ts';
import type { Leaf } from '../../core/log/record.ts';
import type { DirectorySignature } from '../../core/trust/chain.ts';
import type { Proposal } from '../../core/trust/proposal.ts';
import type { Alarmed, Granted, Received } from '../../core/stage/stages.ts';
import { backoff } from './backoff.ts';
import { authorization, type Held } from './credentials.ts';
import { endpointOf, type Endpoint } from './endpoint.ts';
import { asFault } from '../../ports/peer-faults.ts';
import type { LinkOptions, LinkState, LinkTimings } from './options.ts';
import type { Answer, Unnumbered } from './pending.ts';
import { ProposalsHeard, type ProposalsTold } from './proposals.ts';
import { readsOf, type Reads } from './reads.ts';
import { takeSeat, type Seating } from './seating.ts';
import { Sequence, type Verdict } from './sequence.ts';
import { Wire, type Told } from './wire.ts';

export type { Inbox, LinkNote, LinkOptions, LinkState, LinkTimings, Welcome } from './options.ts';
export type { ProposalsTold } from './proposals.ts';
export type { Reads } from './reads.ts';

/** A decision as the Signer says it recorded it; believed after its leaf's inclusion was verified only. */
export interface RecordedAnswer {
  readonly challenge: string;
  readonly leaf: Leaf;
  readonly checkpoint: string;
}

/**
 * Requests reject with the Signer's refusal, with WireFault `timed_out` after the deadline, or with why the connection
 * ended; none is repeated by the link itself. What became of a decision whose answer was lost, `ask` finds out.
 */
export interface Link extends Reads {
  readonly state: LinkState;
  /** Tries again with a device, after `signed-out`; or at once, while waiting to try again. */
  signIn(): void;
  challengeFor(requestId: string): Promise<string>;
  decide(sealed: Sealed): Promise<RecordedAnswer>;
  /** What became of this challenge; null when the Signer has nothing under it. */
  ask(challenge: string): Promise<RecordedAnswer | null>;
  /** An officer-held key's signature (DER, base64) over the payload's PAE. */
  signature(requestId: string, keyid: string, sig: string): Promise<void>;
  cosign(size: number, line: string): Promise<void>;
  /** What concerns the directory, by the digest of the version that is proposed. */
  readonly directory: {
    propose(proposal: Proposal): Promise<void>;
    sign(digest: string, signature: DirectorySignature): Promise<void>;
    withdraw(digest: string): Promise<void>;
  };
  /** Ends a bypass grant at once. */
  revokeGrant(grant: string, reason: string): Promise<void>;
  close(): Promise<void>;
}

const defaults: LinkTimings = {
  heartbeat: HEARTBEAT,
  deadline: 15_000,
  backoffFirst: 500,
  backoffMost: 30_000,
  session: 8 * 60 * 60 * 1000,
};
const MOST_CURSORS = 1000;

const isRecorded = (answer: FromSigner): answer is Extract<FromSigner, { type: 'recorded' }> =>
  answer.type === 'recorded';

function recordedOf(answer: Answer, challenge: string): RecordedAnswer {
  if (!isRecorded(answer) || answer.challenge !== challenge)
    throw new WireFault('message_invalid', 'another challenge');
  return { challenge, leaf: answer.leaf, checkpoint: answer.checkpoint };
}

function arrivalOf(message: Extract<Told, { type: 'event' }>): Received | Alarmed | Granted {
  const { tenant, seq, event } = message;
  if (event.event === 'alarm') return { stage: 'alarmed', tenant, seq, code: event.code, about: event.about };
  if (event.event === 'grant') return { stage: 'granted', tenant, seq, grant: event.grant };
  return { stage: 'received', tenant, seq, hold: event.hold };
}

/** A hold, or a grant, is of the tenant whose sequence it came in. */
function checkTenant(message: Extract<Told, { type: 'event' | 'snapshot' }>): void {
  const wrong = ownersIn(message).find(({ tenant }) => tenant !== message.tenant);
  if (wrong) throw new WireFault('message_invalid', `${wrong.id} is not of ${message.tenant}`);
}

function ownersIn(message: Extract<Told, { type: 'event' | 'snapshot' }>): { tenant: string; id: string }[] {
  if (message.type === 'snapshot') return [...message.holds.map((hold) => hold.request), ...message.grants];
  const { event } = message;
  if (event.event === 'alarm') return [];
  return [event.event === 'hold' ? event.hold.request : event.grant];
}

class SignerLink {
  readonly #options: LinkOptions;
  readonly #timings: LinkTimings;
  readonly #endpoint: Endpoint;
  readonly reads: Reads;
  #state: LinkState = { state: 'connecting' };
  #held: Held | undefined;
  #wire: Wire | undefined;
  #online = false;
  #attempt = 0;
  #closed = false;
  #wake: () => void = () => undefined;
  readonly #running: Promise<void>;

  constructor(options: LinkOptions) {
    this.#options = options;
    this.#timings = { ...defaults, ...options.timings };
    this.#endpoint = endpointOf(options.url, options.ca);
    const { crypto, now, random } = options;
    this.reads = readsOf({
      endpoint: this.#endpoint,
      crypto,
      deadline: this.#timings.deadline,
      authorization: (path) => authorization(this.#held, path, now(), random(32)),
    });
    this.#running = this.#run();
  }

  get state(): LinkState {
    return this.#state;
  }

  signIn(): void {
    this.#wake();
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#held = undefined;
    this.#wire?.end(new WireFault('unreachable', 'the Console closed the link'));
    this.#wake();
    await this.#running;
  }

  async ask(request: Unnumbered, types: readonly Answer['type'][]): Promise<Answer> {
    if (!this.#wire || !this.#online) throw new WireFault('unreachable', 'not connected');
    return this.#wire.ask(request, types);
  }

  #tell(state: LinkState): void {
    this.#state = state;
    this.#options.onState?.(state);
  }

  async #run(): Promise<void> {
    while (!this.#closed) {
      this.#tell({ state: 'connecting' });
      const { fault, person } = await this.#once();
      if (this.#closed) break;
      if (person) await this.#pause({ state: 'signed-out', fault }, null);
      else await this.#backOff(fault);
    }
    this.#tell({ state: 'closed' });
  }

  async #backOff(fault: AnyFault): Promise<void> {
    const { backoffFirst, backoffMost } = this.#timings;
    const pause = backoff(this.#attempt, backoffFirst, backoffMost, this.#options.random);
    this.#attempt += 1;
    await this.#pause({ state: 'waiting', pause, fault }, pause);
  }

  /** Waits for the time, or for ever when it is null; `signIn` and `close` end it early. */
  async #pause(state: LinkState, time: number | null): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const over = new Promise<void>((resolve) => {
      this.#wake = resolve;
      if (time !== null) timer = setTimeout(resolve, time);
    });
    this.#tell(state);
    if (!this.#closed) await over;
    clearTimeout(timer);
    this.#wake = () => undefined;
  }

  /** One connection from beginning to end. */
  async #once(): Promise<{ fault: AnyFault; person: boolean }> {
    const sequence = new Sequence(
      (tenant) => this.#options.inbox.cursors().find((one) => one.tenant === tenant)?.seq,
    );
    const heard = new ProposalsHeard();
    const wire: Wire = new Wire({
      endpoint: this.#endpoint,
      timings: this.#timings,
      now: this.#options.now,
      told: (message) => this.#told(wire, sequence, heard, message),
      quiet: () => this.#subscribe(wire, sequence),
    });
    this.#wire = wire;
    try {
      const seating = await takeSeat(wire, this.#held, {
        options: this.#options,
        timings: this.#timings,
        state: (state) => this.#tell(state),
      });
      this.#held = seating.held;
      if (!seating.seated) return { fault: seating.fault, person: seating.person };
      return { fault: await this.#seated(wire, sequence, seating), person: false };
    } catch (thrown) {
      wire.end(asFault(thrown));
      return { fault: asFault(thrown), person: false };
    } finally {
      this.#online = false;
      wire.end(new WireFault('unreachable', 'the connection was given up'));
      this.#wire = undefined;
      this.#report(await wire.ended);
    }
  }

  async #seated(
    wire: Wire,
    sequence: Sequence,
    { held, welcome }: Extract<Seating, { seated: true }>,
  ): Promise<AnyFault> {
    const { session, journalHead, directory, checkpoint, expires } = welcome;
    this.#online = true;
    this.#options.onWelcome?.({ session, journalHead, directory, checkpoint });
    this.#tell({ state: 'online', session, expires });
    this.#subscribe(wire, sequence);
    const steady = setTimeout(() => (this.#attempt = 0), this.#timings.heartbeat);
    const fault = await wire.ended;
    clearTimeout(steady);
    if (fault.code === 'session_invalid' && this.#held === held) this.#held = undefined;
    return fault;
  }

  /** A peer that leaves the protocol is worth a line in the audit; one that is merely away is not. */
  #report(fault: AnyFault): void {
    const invalid =
      fault.kind === 'refusal' || fault.code === 'message_invalid' || fault.code === 'message_too_large';
    if (invalid) this.#options.onNote?.({ note: 'peer-invalid', fault });
  }

  #subscribe(wire: Wire, sequence: Sequence): void {
    sequence.subscribed();
    const cursors = this.#options.inbox
      .cursors()
      .slice(0, MOST_CURSORS)
      .map(({ tenant, seq }) => ({ tenant, seq }));
    wire
      .ask({ type: 'subscribe', cursors }, ['accepted'])
      .catch((thrown: unknown) => wire.end(asFault(thrown)));
  }

  async #told(wire: Wire, sequence: Sequence, heard: ProposalsHeard, message: Told): Promise<void> {
    const { onCheckpoint, onDirectory } = this.#options;
    if (message.type === 'checkpoint') return onCheckpoint?.(message.checkpoint);
    if (message.type === 'directory') return onDirectory?.(message.digest, message.version);
    if (message.type === 'proposal' || message.type === 'proposals')
      return this.#proposals(heard.take(message));
    checkTenant(message);
    const verdict = message.type === 'event' ? sequence.event(arrivalOf(message)) : sequence.page(message);
    await this.#obey(wire, sequence, verdict);
  }

  #proposals(told: ProposalsTold | undefined): void {
    if (told) this.#options.onProposals?.(told);
  }

  async #obey(wire: Wire, sequence: Sequence, { notes, deliver, resubscribe }: Verdict): Promise<void> {
    for (const note of notes) this.#options.onNote?.(note);
    if (resubscribe) this.#subscribe(wire, sequence);
    if (!deliver) return;
    try {
      await this.#options.inbox.receive(deliver);
    } catch (thrown) {
      throw new Refusal('journal_unwritable', 'the queue', thrown);
    }
  }
}

/**
 * Opens the link and keeps it open until `close` (protocol.md 13). A session is made with the device when there is none;
 * reconnects use the session's own key. Throws LackFault for an address or a CA that cannot be used.
 */
export function openLink(options: LinkOptions): Link {
  const link = new SignerLink(options);
  return {
    ...link.reads,
    get state() {
      return link.state;
    },
    signIn: () => link.signIn(),
    close: () => link.close(),
    challengeFor: async (requestId) => {
      const answer = await link.ask({ type: 'challenge-for', requestId }, ['challenge']);
      if (answer.type !== 'challenge' || answer.requestId !== requestId)
        throw new WireFault('message_invalid', 'another request');
      return answer.challenge;
    },
    decide: async (sealed) =>
      recordedOf(await link.ask({ type: 'decide', sealed }, ['recorded']), sealed.decision.challenge),
    ask: async (challenge) => {
      const answer = await link.ask({ type: 'ask', challenge }, ['recorded', 'unknown']);
      return answer.type === 'unknown' ? null : recordedOf(answer, challenge);
    },
    signature: async (requestId, keyid, sig) => {
      await link.ask({ type: 'signature', requestId, keyid, sig }, ['accepted']);
    },
    cosign: async (size, line) => {
      await link.ask({ type: 'cosign', size, line }, ['accepted']);
    },
    directory: {
      propose: async (proposal) => {
        await link.ask({ type: 'propose-directory', proposal }, ['accepted']);
      },
      sign: async (digest, signature) => {
        await link.ask({ type: 'sign-directory', digest, signature }, ['accepted']);
      },
      withdraw: async (digest) => {
        await link.ask({ type: 'withdraw-proposal', digest }, ['accepted']);
      },
    },
    revokeGrant: async (grant, reason) => {
      await link.ask({ type: 'revoke-grant', grant, reason }, ['accepted']);
    },
  };
}
