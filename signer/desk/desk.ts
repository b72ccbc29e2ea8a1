// The desk: every use case behind one interface, and the work that goes on between calls.
import { monotonicFactory } from 'ulid';
import { isFault } from '../../core/fault/fault.ts';
import { challengeFor } from './challenges.ts';
import { record, type Context, type DeskOptions } from './context.ts';
import { ask, decide } from './decide.ts';
import { evidence, spendEvidence } from './evidence.ts';
import { signatureEvidence } from './signature-evidence.ts';
import { events, snapshot, tenants } from './feed.ts';
import { revokeGrant } from './grants.ts';
import { grantsOf } from './grants-shown.ts';
import { forgetOld } from './idempotency.ts';
import { journalOf } from './journals.ts';
import { officerSignature } from './officer-signature.ts';
import type { Desk, DirectoryDesk } from './ports.ts';
import { openProposals, propose, signProposal, withdrawProposal } from './proposals.ts';
import { publish } from './publish.ts';
import { advance } from './signing.ts';
import { payload, status, withdraw } from './status.ts';
import { Submissions } from './submit.ts';
import { expire, prepare, unfinished } from './upkeep.ts';

const EVENTS_KEPT = 10_000;

/** The desk, and what its owner does with it. */
export interface OpenDesk extends Desk {
  /** Looks at the clock: ends what is over, takes up what could not go on before, forgets what is old. */
  sweep(): Promise<void>;
  /** Resolves when nothing goes on in the background. */
  settled(): Promise<void>;
}

/** Who listens, tenant by tenant or to the directory. A listener that throws is logged; it cannot undo a commit. */
class Listeners<T extends string[]> {
  readonly #all = new Set<(...told: T) => void>();
  readonly #options: DeskOptions;

  constructor(options: DeskOptions) {
    this.#options = options;
  }

  add(listener: (...told: T) => void): () => void {
    this.#all.add(listener);
    return () => void this.#all.delete(listener);
  }

  tell(...told: T): void {
    for (const listener of this.#all) {
      try {
        listener(...told);
      } catch (thrown) {
        this.#options.logger.error({ err: thrown }, 'a listener failed');
      }
    }
  }
}

/** Takes holds forward in the background, each by one runner at a time. */
class Runners {
  readonly #context: Context;
  readonly #running = new Map<string, Promise<void>>();

  constructor(context: Context) {
    this.#context = context;
  }

  async #run(requestId: string): Promise<void> {
    try {
      await advance(this.#context, requestId);
    } catch (thrown) {
      const facts = isFault(thrown) ? { code: thrown.code, detail: thrown.detail } : { err: thrown };
      this.#context.logger.error({ requestId, ...facts }, 'a hold could not go on');
    }
  }

  start(requestId: string): void {
    const before = this.#running.get(requestId) ?? Promise.resolve();
    const run = before.then(() => this.#run(requestId));
    this.#running.set(requestId, run);
    void run.then(() => {
      if (this.#running.get(requestId) === run) this.#running.delete(requestId);
    });
  }

  async settled(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running.values());
  }
}

/** Writes the chain file, one chain after another: each replaces the one before. */
function chainKeeper({ keepChain }: DeskOptions): Context['keepChain'] {
  let turn = Promise.resolve();
  return (chain) => {
    const written = turn.then(() => keepChain?.(chain));
    turn = written.catch(() => undefined); // whoever asked for it is told
    return written;
  };
}

function contextOf(options: DeskOptions, listeners: Listeners<[string]>, changes: Listeners<[]>): Context {
  const prng = () => {
    const [a = 0, b = 0, c = 0, d = 0] = options.random(4);
    return (((a * 256 + b) * 256 + c) * 256 + d) / 2 ** 32;
  };
  const next = monotonicFactory(prng);
  return {
    ...options,
    get trust() {
      return options.standing.trust;
    },
    get chain() {
      return options.standing.chain;
    },
    keepChain: chainKeeper(options),
    onStep: options.onStep ?? (() => undefined),
    eventsKept: options.eventsKept ?? EVENTS_KEPT,
    ulid: () => next(options.now().getTime()),
    announce: (tenant) => listeners.tell(tenant),
    announceDirectory: () => changes.tell(),
  };
}

function forCallers(
  context: Context,
): Pick<
  Desk,
  | 'submit'
  | 'raiseBypass'
  | 'status'
  | 'withdraw'
  | 'evidence'
  | 'spendEvidence'
  | 'signatureEvidence'
  | 'payload'
> {
  const submissions = new Submissions(context);
  return {
    submit: (caller, body, key, origin) => submissions.submit(caller, body, key, origin),
    raiseBypass: (caller, body, key, origin) => submissions.raise(caller, body, key, origin),
    status: (tenant, id, origin) => status(context, tenant, id, origin),
    withdraw: (tenant, id) => withdraw(context, tenant, id),
    evidence: (tenant, id) => evidence(context, tenant, id),
    spendEvidence: (tenant, id) => spendEvidence(context, tenant, id),
    signatureEvidence: (tenant, id) => signatureEvidence(context, tenant, id),
    payload: (id, digest) => payload(context, id, digest),
  };
}

type ForOfficers = Pick<
  Desk,
  'challenge' | 'decide' | 'ask' | 'officerSignature' | 'cosign' | 'revokeGrant' | 'seated'
>;

function forOfficers(context: Context, runners: Runners): ForOfficers {
  return {
    challenge: (seat, requestId) => challengeFor(context, seat, requestId),
    decide: (seat, sealed) => decide(context, seat, sealed, (id) => runners.start(id)),
    ask: (seat, challenge) => ask(context, seat, challenge),
    async officerSignature(seat, requestId, keyid, signature) {
      await officerSignature(context, seat, requestId, keyid, signature);
      runners.start(requestId);
    },
    cosign: (seat, size, line) => context.log.cosign(seat.machine, size, line),
    revokeGrant: (seat, grant, reason) => revokeGrant(context, seat, grant, reason),
    async seated({ officer, machine, session }) {
      const journalHead = await context.store.write(async (db) => {
        // A session begins once, however often its link breaks.
        const begun = await context.log.leavesIn(db, session);
        if (begun.length === 0)
          await context.log.appendIn(db, [record(context, { event: 'session', officer, machine, session })]);
        return journalOf(db, machine);
      });
      return { journalHead };
    },
  };
}

function forDirectory(context: Context, changes: Listeners<[]>): DirectoryDesk {
  return {
    propose: (seat, proposal) => propose(context, seat, proposal),
    sign: async (seat, digest, signature) => signProposal(context, seat, digest, signature),
    withdraw: (seat, digest) => withdrawProposal(context, seat, digest),
    publish: (proposal) => publish(context, proposal),
    proposals: () => openProposals(context),
    onChange: (listener) => changes.add(listener),
  };
}

/**
 * Opens the desk: the log is checked against what was cosigned, new directory versions get their leaves, and holds that a
 * crash left on their way are taken up again. Throws Refusal `checkpoint_rolled_back`, `checkpoint_split`, `store_tampered`.
 */
export async function openDesk(options: DeskOptions): Promise<OpenDesk> {
  const listeners = new Listeners<[string]>(options);
  const changes = new Listeners<[]>(options);
  const context = contextOf(options, listeners, changes);
  await prepare(context);
  const runners = new Runners(context);
  const takeUp = async (after: 'start' | 'while') => {
    for (const requestId of await unfinished(context, after)) runners.start(requestId);
  };
  await takeUp('start');
  let version = context.trust.latest.version;
  changes.add(() => {
    if (version === context.trust.latest.version) return;
    version = context.trust.latest.version;
    // What a hold may do follows from the newest version; one that was to go on when it came goes on under it.
    takeUp('start').catch((err: unknown) => options.logger.error({ err }, 'holds were not taken up'));
  });
  return {
    ...forCallers(context),
    ...forOfficers(context, runners),
    log: context.log,
    directory: forDirectory(context, changes),
    events: (tenant, after, limit) => events(context, tenant, after, limit),
    snapshot: (tenant, afterId, limit) => snapshot(context, tenant, afterId, limit),
    grants: (tenant) => grantsOf(context, tenant),
    tenants: () => tenants(context),
    onEvents: (listener) => listeners.add(listener),
    async sweep() {
      await expire(context);
      await takeUp('while');
      await forgetOld(context);
    },
    settled: () => runners.settled(),
  };
}
