// The Console's side of a history: link, queue on disk, and a plain outbox on the same disk; a kill leaves its files only.
import { setTimeout as sleep } from 'node:timers/promises';
import { randomBytes } from 'node:crypto';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import type { Sealed } from '../../../core/decision/decision.ts';
import type { Head } from '../../../core/log/head.ts';
import { isFault } from '../../../core/fault/fault.ts';
import type { Arrival, Queued } from '../../../core/stage/stages.ts';
import { openLink, type Link, type LinkNote } from '../../../main/link/link.ts';
import { openQueue, type Queue } from '../../../main/queue/queue.ts';
import { nodeCrypto } from '../../../ports/crypto.ts';
import { sealSession } from '../../main/link/console.ts';
import { expectedOf, makeDecision, NOW, seal, type Person, type World } from '../../support/world.ts';

/** A decision that left, and what came of it: `recorded`, or the code with which it was refused. */
export interface Sent {
  readonly sealed: Sealed;
  outcome: string | undefined;
}

/** How the sequence was followed, for checking that nothing was passed over in silence. */
export interface Step {
  readonly tenant: string;
  readonly from: number | undefined;
  readonly arrival: Arrival;
}

const timings = { backoffFirst: 1, backoffMost: 4, session: 8 * 3_600_000 };
/** Answers after which another try may go better. */
const transient = [
  'unreachable',
  'timed_out',
  'message_invalid',
  'version',
  'internal',
  'busy',
  'session_invalid',
  'gap',
];
const pause = () => sleep(2);

export interface Parts {
  readonly url: string;
  readonly world: World;
  readonly who: Person;
  readonly dir: string;
  readonly payload: Uint8Array;
  readonly pace: { readonly heartbeat: number; readonly deadline: number };
  /** A log head that an honest Console would put into a decision now. */
  readonly logHead: () => Promise<Head>;
}

export class ConsoleSide {
  readonly sent: Sent[] = [];
  readonly notes: LinkNote[] = [];
  readonly steps: Step[] = [];
  readonly #parts: Parts;
  #lives = 0;
  #queue: Queue | undefined;
  #link: Link | undefined;
  #sending: Promise<void>[] = [];
  #alive = { yes: false };

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  get queue(): Queue {
    if (!this.#queue) throw new Error('the Console is not running');
    return this.#queue;
  }

  get #dir(): string {
    return join(this.#parts.dir, `life-${this.#lives}`);
  }

  async start(): Promise<void> {
    const { url, world, who, pace } = this.#parts;
    const queue = await openQueue({
      dir: this.#dir,
      crypto: nodeCrypto,
      now: () => new Date(NOW),
      linesPerState: 4,
    });
    if (queue.found.lost !== null) throw new Error(queue.found.lost);
    this.#queue = queue;
    this.#alive = { yes: true };
    this.#link = openLink({
      url,
      ca: null,
      crypto: nodeCrypto,
      now: () => new Date(NOW),
      random: (n) => randomBytes(n),
      signer: world.pin,
      officer: who.id,
      device: who.key.device.id,
      machine: who.machine.id,
      signSession: async (session) => sealSession(who, session),
      inbox: {
        cursors: () => queue.cursors(),
        receive: async (arrival) => {
          const from = queue.cursors().find((one) => one.tenant === arrival.tenant)?.seq;
          await queue.receive(arrival);
          if (this.#queue === queue) this.steps.push({ tenant: arrival.tenant, from, arrival });
        },
      },
      onNote: (note) => {
        if (this.#queue === queue) this.notes.push(note);
      },
      timings: { ...timings, ...pace },
    });
    for (const one of this.sent) if (one.outcome === undefined) this.#send(one, this.#link, this.#alive);
  }

  /** Resolves when the first life is seated, so that a history begins with a working link. */
  async online(): Promise<void> {
    while (this.#link?.state.state !== 'online') await pause();
  }

  /** For the message of a history that does not end well. */
  describe(): string {
    const unsent = this.sent.filter((one) => one.outcome === undefined).length;
    return JSON.stringify({
      life: this.#lives,
      link: this.#link?.state,
      unsent,
      notes: this.notes.slice(-4),
    });
  }

  /** The process dies: its files as they are this moment are what the next life finds. */
  async kill(): Promise<void> {
    const [queue, link, before] = [this.#queue, this.#link, this.#dir];
    this.#queue = undefined;
    this.#alive.yes = false;
    this.#lives += 1;
    cpSync(before, this.#dir, { recursive: true });
    await link?.close();
    await Promise.all(this.#sending);
    this.#sending = [];
    await queue?.close();
  }

  async stop(): Promise<void> {
    this.#alive.yes = false;
    await this.#link?.close();
    await Promise.all(this.#sending);
    await this.#queue?.close();
  }

  /** The officer decides on what waits at this place of the queue, if anything does. */
  async decide(place: number, verdict: 'approve' | 'deny'): Promise<void> {
    const all = await this.#waiting();
    const entry = all[place % Math.max(1, all.length)];
    const [link, alive] = [this.#link, this.#alive];
    if (!entry || !link) return;
    const { world, who, payload, logHead } = this.#parts;
    const challenge = await this.#challenge(link, entry.requestId);
    if (challenge === undefined || !alive.yes) return;
    if (this.sent.some((one) => one.sealed.decision.challenge === challenge)) return;
    const { request } = entry.hold;
    const reason = verdict === 'deny' ? 'no' : '';
    const seen = { challenge, verdict, reason, logHead: await logHead() };
    const decision = makeDecision(expectedOf(world, request, payload), who, seen);
    const one: Sent = { sealed: seal(who, decision), outcome: undefined };
    this.sent.push(one); // from here on it is in the outbox, which outlives the process
    this.#send(one, link, alive);
  }

  /** The officer tries a few times while the link is down; a refusal is final. */
  async #challenge(link: Link, requestId: string): Promise<string | undefined> {
    for (let tries = 0; tries < 50; tries++) {
      try {
        return await link.challengeFor(requestId);
      } catch (thrown) {
        if (!isFault(thrown)) throw thrown;
        if (!transient.includes(thrown.code)) return undefined;
        await pause();
      }
    }
    return undefined;
  }

  /** What waits; gives a hold that was just made a moment to arrive. */
  async #waiting(): Promise<readonly Queued[]> {
    for (let tries = 0; tries < 50 && this.queue.list().length === 0; tries++) await pause();
    return this.queue.list();
  }

  #send(one: Sent, link: Link, alive: { yes: boolean }): void {
    this.#sending.push(this.#deliver(one, link, alive));
  }

  /** protocol.md 13: ask by challenge first, then say what is known. */
  async #deliver(one: Sent, link: Link, alive: { yes: boolean }): Promise<void> {
    while (alive.yes && one.outcome === undefined) {
      try {
        const known = await link.ask(one.sealed.decision.challenge);
        if (!known) await link.decide(one.sealed);
        one.outcome = 'recorded';
      } catch (thrown) {
        if (!isFault(thrown)) throw thrown;
        if (!transient.includes(thrown.code)) one.outcome = thrown.code;
        await pause();
      }
    }
  }
}
