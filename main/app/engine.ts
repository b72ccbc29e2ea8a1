// What runs behind a Console: the link's events into queue, journal and witness, and what is owed out again.
import { randomBytes } from 'node:crypto';
import { Refusal, WireFault, isFault } from '../../core/fault/fault.ts';
import { isEnded } from '../../core/hold/hold.ts';
import type { KeySuspension } from '../../core/trust/suspensions.ts';
import { parsePolicy, type Policy } from '../../core/policy/policy.ts';
import type { Arrival, HoldSnapshot, Lock } from '../../core/stage/stages.ts';
import { signedThoughDenied } from '../evidence/check.ts';
import {
  openLink,
  type Link,
  type LinkNote,
  type LinkOptions,
  type LinkState,
  type Welcome,
} from '../link/link.ts';
import type { AuthorizePorts } from '../authorize/ports.ts';
import { stillHolds } from '../review/review.ts';
import type { CosignatureLine } from '../review/witness.ts';
import { closingOf } from './closing.ts';
import { Courier } from './courier.ts';
import { isSuspended } from './suspensions.ts';
import { DirectoryRoom } from './directory.ts';
import type { ConsoleEvent, ConsoleOptions, OpenReview } from './options.ts';
import { openParts, type Parts } from './parts.ts';
import { Payloads } from './payloads.ts';
import { pipelineOf, type Pipeline } from './pipeline.ts';
import { authorizePorts, deliverPorts, policies, reviewPorts, signSession, type Wires } from './wiring.ts';

/** How long nothing may come after a welcome until nothing is taken to be there, in milliseconds. */
const SILENCE_MS = 1500;

export class Engine {
  readonly parts: Parts;
  readonly pipeline: Pipeline;
  readonly courier: Courier;
  readonly authorizePorts: AuthorizePorts;
  readonly directory: DirectoryRoom;
  readonly payloads: Payloads;
  readonly #wires: Wires;
  readonly #alarmed = new Set<string>();
  readonly #reviews = new Map<string, OpenReview>();
  readonly #ended = new Map<string, HoldSnapshot>();
  readonly #waiters = new Set<(state: LinkState) => void>();
  #link: Link | undefined;
  #welcomed: Promise<void> = Promise.resolve();
  #resynced = false;
  #answered = false;
  #nothingHeld = false;
  #silence: NodeJS.Timeout | undefined;
  #inForce: Policy | undefined;
  /** Until this the directory that the Signer told of is being fetched. */
  #fetching: Promise<void> = Promise.resolve();
  #closed = false;

  private constructor(parts: Parts) {
    this.parts = parts;
    this.payloads = new Payloads(parts.crypto, (id, digest) => this.online().fetchPayload(id, digest));
    this.#wires = {
      parts,
      link: () => this.online(),
      payload: (requestId, digest) => this.payloads.get(requestId, digest),
      cosign: (line) => this.#cosign(line),
      alarm: (code, about) => this.alarm(code, about),
      withdraw: (challenge) => this.courier.withdraw(challenge),
      queueIsWhole: () => parts.queue.found.lost === null || this.#resynced,
    };
    const policy = policies(this.#wires);
    this.authorizePorts = authorizePorts(this.#wires);
    this.courier = new Courier({
      ports: deliverPorts(this.#wires, policy),
      isOnline: () => this.#link?.state.state === 'online',
      onDelivery: (requestId, delivery) => this.#tell({ event: 'delivery', requestId, delivery }),
    });
    this.pipeline = pipelineOf(
      parts.queue,
      reviewPorts(this.#wires, policy),
      this.authorizePorts,
      this.courier,
    );
    this.directory = new DirectoryRoom({
      parts,
      link: () => this.online(),
      changed: () => this.#tell({ event: 'proposals' }),
    });
    parts.grants.onChange(() => this.#tell({ event: 'grants' }));
    parts.queue.onChange(({ changed, left }) => {
      this.#tell({ event: 'queue', changed, left });
      this.#closeReviews();
    });
  }

  static async open(options: ConsoleOptions): Promise<Engine> {
    const held: { engine?: Engine } = {};
    const engine = new Engine(
      await openParts(options, (old, size) => {
        if (!held.engine) return Promise.reject(new WireFault('unreachable', 'not connected'));
        return held.engine.online().fetchConsistency(old, size);
      }),
    );
    held.engine = engine;
    await engine.#begin();
    return engine;
  }

  async #begin(): Promise<void> {
    const { journal, options } = this.parts;
    if (journal.lock) await this.alarm(journal.lock.code, options.machine);
    await journal.append({ event: 'started', build: options.build, secrets: options.keys.where }, 'urgent');
  }

  get link(): Link | undefined {
    return this.#link;
  }

  /** The link. Throws WireFault `unreachable` before the first `signIn`. */
  online(): Link {
    if (!this.#link) throw new WireFault('unreachable', 'not signed in');
    return this.#link;
  }

  /**
   * Whether the queue is all that waits, as far as this machine can know: not before the Signer's first answer. Where nothing
   * was ever held no tenant has a sequence and no snapshot comes; silence for a moment after the welcome then is the answer.
   */
  get whole(): boolean {
    const { queue } = this.parts;
    const told = queue.cursors().length > 0 || this.#nothingHeld;
    return this.#resynced || (this.#answered && queue.found.lost === null && told);
  }

  /** The policy that the newest known directory names; undefined until it was fetched. */
  get policy(): Policy | undefined {
    return this.#inForce;
  }

  /** Resolves when online and what came first was taken in; rejects when a person is needed again, or with the abort's reason. */
  async signIn(signal?: AbortSignal): Promise<void> {
    if (this.#closed) throw new WireFault('unreachable', 'closed');
    if (this.#link?.state.state === 'online') return this.#welcomed;
    const online = this.#whenOnline(signal);
    if (this.#link) this.#link.signIn();
    else this.#link = (this.parts.options.openLink ?? openLink)(this.#linkOptions());
    await online;
    await this.#welcomed;
  }

  /** Ends the session: its key is forgotten, and the next `signIn` needs the device. What waits stays as it was. */
  async signOut(): Promise<void> {
    const link = this.#link;
    this.#link = undefined;
    await link?.close();
  }

  /** Fetches the directory chain unless the version with this digest is known, and all of these suspensions are. */
  async knowDirectory(digest: string, suspensions: readonly string[] = []): Promise<void> {
    const { trust } = this.parts;
    const known = trust.isKnown ? trust.current() : null;
    if (known?.digests.includes(digest) && suspensions.every((order) => isSuspended(known, order))) return;
    const chain = await this.online().fetchChain();
    const before = known?.latestDigest ?? null;
    const { latest, latestDigest, suspensions: now } = await trust.take(chain);
    await this.#suspended(now.filter(({ order }) => !(known && isSuspended(known, order))));
    if (latestDigest === before) return;
    await this.parts.journal.append(
      { event: 'directory', version: latest.version, digest: latestDigest },
      'urgent',
    );
    this.#tell({ event: 'directory', version: latest.version, digest: latestDigest });
    this.#tell({ event: 'proposals' });
  }

  async #suspended(fresh: readonly KeySuspension[]): Promise<void> {
    for (const { order, key, until, sealed } of fresh) {
      if (this.#alarmed.has(order)) continue; // two fetches at once found it
      this.#alarmed.add(order);
      const { officer } = sealed.suspension;
      await this.parts.journal.append({ event: 'key-suspended', order, key, officer, until }, 'urgent');
    }
    if (fresh.length > 0) this.#tell({ event: 'suspensions' });
  }

  /** The Signer says that a version is in force: it counts when its chain verifies, from the pin on. */
  async #directory(digest: string, version: number, suspensions: readonly string[]): Promise<void> {
    await this.knowDirectory(digest, suspensions);
    const trust = this.parts.trust.current();
    if (!trust.digests.includes(digest))
      throw new Refusal('directory_invalid', `the chain has no version ${version} of ${digest}`);
    const missing = suspensions.find((order) => !isSuspended(trust, order));
    if (missing !== undefined) throw new Refusal('suspension_invalid', `the chain has no order ${missing}`);
  }

  /** Tells the person and the journal, once for each code and subject. */
  async alarm(code: string, about: string): Promise<void> {
    const name = `${code} ${about}`;
    if (this.#alarmed.has(name)) return;
    this.#alarmed.add(name);
    this.#tell({ event: 'alarm', code, about });
    await this.parts.journal.append(
      { event: 'alarm', code: code.slice(0, 64), about: about.slice(0, 200) },
      'urgent',
    );
  }

  /** Remembers a review, so that it closes when its hold changes. */
  opened(review: OpenReview): void {
    this.#reviews.set(review.requestId, review);
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#silence);
    const { queue, grants, journal, devices, unlock } = this.parts;
    await this.#link?.close();
    await this.#fetching; // what was learned last is on disk then
    await this.courier.close();
    await queue.close();
    await grants.close();
    await journal.close();
    await devices.close();
    unlock();
  }

  #linkOptions(): LinkOptions {
    const { parts } = this;
    const { signerUrl, ca, pin, officer, machine, device, timings } = parts.options;
    return {
      url: signerUrl,
      ca,
      signer: pin,
      officer,
      machine,
      device,
      crypto: parts.crypto,
      now: parts.now,
      random: (bytes) => new Uint8Array(randomBytes(bytes)),
      signSession: (session, signal) => signSession(this.#wires, session, signal),
      inbox: { cursors: () => parts.queue.cursors(), receive: (arrival) => this.#receive(arrival) },
      onState: (state) => this.#state(state),
      onWelcome: (welcome) => {
        this.#welcomed = this.#quietly(() => this.#welcome(welcome));
      },
      onCheckpoint: (checkpoint) => void this.#quietly(() => this.#checkpoint(checkpoint)),
      onDirectory: (digest, version, suspensions) => {
        this.#fetching = this.#quietly(() => this.#directory(digest, version, suspensions));
      },
      onProposals: (told) => void this.#quietly(() => this.directory.told(told)),
      onNote: (note) => void this.#quietly(() => this.#note(note)),
      ...(timings === undefined ? {} : { timings }),
    };
  }

  #whenOnline(signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const end = (): void => {
        this.#waiters.delete(listen);
        signal?.removeEventListener('abort', give);
      };
      const give = (): void => {
        end();
        reject(new WireFault('unreachable', 'given up'));
      };
      const listen = (state: LinkState): void => {
        if (state.state !== 'online' && state.state !== 'signed-out' && state.state !== 'closed') return;
        end();
        if (state.state === 'online') resolve();
        else reject(state.state === 'closed' ? new WireFault('unreachable', 'closed') : state.fault);
      };
      this.#waiters.add(listen);
      if (signal?.aborted) give();
      else signal?.addEventListener('abort', give);
    });
  }

  #state(state: LinkState): void {
    this.#tell({ event: 'link', state });
    for (const waiter of this.#waiters) waiter(state);
  }

  /** An arrival becomes part of the queue; what it says against this officer's own denials is an alarm first. */
  async #receive(arrival: Arrival): Promise<void> {
    const { queue, journal } = this.parts;
    const denied = (requestId: string): boolean => journal.fold.stands.get(requestId)?.verdict === 'deny';
    for (const requestId of signedThoughDenied(arrival, denied))
      await this.alarm('signed_though_denied', requestId);
    if (arrival.stage === 'alarmed') await this.alarm(arrival.code, arrival.about);
    // Before the queue, which keeps the place in the sequence: what a crash comes between arrives again.
    if (arrival.stage === 'granted' || arrival.stage === 'resynced')
      for (const id of await this.parts.grants.receive(arrival)) await this.alarm('grant_differs', id);
    this.#noteEnd(arrival);
    if (arrival.stage === 'received') await this.pipeline.queue(arrival);
    else await queue.receive(arrival);
    if (arrival.stage === 'resynced') this.#resynced = true;
    if (this.parts.outbox.list().length > 0) void this.#quietly(() => this.courier.deliverAll());
  }

  /** The queue forgets what has ended; how it ended is told first, for whoever looks at it. */
  #noteEnd(arrival: Arrival): void {
    const holds =
      arrival.stage === 'received' ? [arrival.hold] : arrival.stage === 'resynced' ? arrival.holds : [];
    for (const hold of holds) {
      const { id } = hold.request;
      if (!isEnded(hold.state) || !this.parts.queue.get(id)) continue;
      this.#ended.set(id, hold);
      this.#tell({ event: 'ended', hold });
    }
  }

  /** A Signer that has something to tell begins at once after the welcome. */
  #awaitSilence(): void {
    if (this.parts.queue.cursors().length > 0) return;
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => {
      this.#nothingHeld = this.#link?.state.state === 'online';
      this.#tell({ event: 'queue', changed: [], left: [] });
    }, SILENCE_MS);
    this.#silence.unref();
  }

  /** The Signer's first words: does it remember this journal, is its log the one that was seen, and what is still owed. */
  async #welcome({ journalHead, directory, checkpoint }: Welcome): Promise<void> {
    const lock = this.parts.journal.compare(journalHead);
    if (lock) await this.alarm(lock.code, this.parts.options.machine);
    this.#answered = true;
    this.#awaitSilence();
    await this.#quietly(() => this.knowDirectory(directory));
    await this.#quietly(async () => {
      const { policy } = this.parts.trust.current().latest;
      // Not kept for reviews: each of those fetches and checks what it leans on by itself.
      this.#inForce = parsePolicy(this.parts.crypto, await this.online().fetchPolicy(policy), policy);
    });
    await this.#quietly(() => this.#checkpoint(checkpoint));
    await this.courier.deliverAll();
  }

  async #checkpoint(checkpoint: string): Promise<void> {
    await this.#fetching; // the checkpoint may be cosigned by a machine of the version that was told before it
    const before = this.parts.witness.head?.size;
    const { cosignature } = await this.parts.witness.told(this.parts.trust.current().latest, checkpoint);
    if (cosignature) this.#cosign(cosignature);
    if (this.parts.witness.head?.size !== before) this.#tell({ event: 'checkpoint' });
  }

  #cosign({ size, line }: CosignatureLine): void {
    // A cosignature that does not arrive is missed by others only, and the next checkpoint brings the next one.
    void this.#link?.cosign(size, line).catch(() => undefined);
  }

  async #note(note: LinkNote): Promise<void> {
    const { journal } = this.parts;
    if (note.note === 'gap')
      await journal.append(
        { event: 'gap', tenant: note.tenant, after: note.expected, seq: note.found },
        'urgent',
      );
    else if (note.note === 'resynced')
      await journal.append({ event: 'gap', tenant: note.tenant, after: note.from, seq: note.to }, 'urgent');
    else await this.alarm(note.note, note.note === 'rolled-back' ? note.tenant : note.fault.code);
  }

  /** For what nobody waits for: a refusal is an alarm, a wire that breaks brings it again by itself. */
  async #quietly(step: () => Promise<void>): Promise<void> {
    try {
      await step();
    } catch (thrown) {
      if (!isFault(thrown)) throw thrown;
      if (thrown.kind === 'refusal') await this.alarm(thrown.code, thrown.detail);
    }
  }

  #closeReviews(): void {
    const { crypto, queue } = this.parts;
    for (const [requestId, review] of this.#reviews) {
      if (stillHolds(crypto, review, queue.get(requestId)?.hold)) continue;
      this.#reviews.delete(requestId);
      const why: Lock = closingOf(requestId, queue.get(requestId)?.hold ?? this.#ended.get(requestId));
      this.#tell({ event: 'review-closed', requestId, why });
    }
    this.#ended.clear();
  }

  #tell(event: ConsoleEvent): void {
    this.parts.options.onEvent?.(event);
  }
}
