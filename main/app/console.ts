// A Console without a window: everything an officer does, in the order in which it is safe to do it.
import type { JournalEntry } from '../../contract/stored/console-journal.ts';
import type { OutboxEntry } from '../../contract/stored/console-outbox.ts';
import { CallerFault, Refusal, isFault } from '../../core/fault/fault.ts';
import type { Grant } from '../../core/predicate/granted.ts';
import type { Decided, HoldSnapshot, Locked, Queued, Reviewed } from '../../core/stage/stages.ts';
import type { EvidenceVerdict } from '../../core/verify/evidence.ts';
import { signHeld } from '../authorize/held.ts';
import type { Journal } from '../audit/journal.ts';
import type { Wish } from '../authorize/ports.ts';
import type { Connected, Described, DeviceCare, Signing } from '../devices/devices.ts';
import { checkEvidence } from '../evidence/check.ts';
import type { SealedEnrolment } from '../../core/decision/enrolment.ts';
import type { Directory } from '../../core/directory/directory.ts';
import type { SuspendWish } from '../authorize/suspend.ts';
import { knownOf } from './known.ts';
import { endOf, suspendKey, type SuspensionEnd } from './suspensions.ts';
import type { EnrolWish } from '../authorize/enrol.ts';
import type { Delivery } from '../evidence/deliver.ts';
import type { LinkState } from '../link/link.ts';
import type { Evidence } from '../../core/evidence-file/evidence.ts';
import type { Trust } from '../../core/trust/chain.ts';
import type { ApprovedPayloads } from '../review/approved.ts';
import { shownEntry, stillHolds } from '../review/review.ts';
import type { DirectoryDraft, Endorsed, OpenProposal } from './directory.ts';
import { seenOf, type SeenLog } from './seen-log.ts';
import { Engine } from './engine.ts';
import type { ConsoleOptions, OpenReview } from './options.ts';

export type { DirectoryDraft, Endorsed, OpenProposal } from './directory.ts';
export type { ConsoleEvent, ConsoleOptions, OpenReview, UserInteraction } from './options.ts';

/** What was decided, and how far it got. */
export interface Authorized {
  readonly decided: Decided;
  readonly delivery: Delivery;
}

/** What an officer can do. Every method rejects with our own faults; a fault's `code` says which check failed. */
export interface Console {
  /** Where this machine's keys lie: shown to the person. */
  readonly secrets: { readonly where: string };
  readonly link: LinkState | null;
  /** This machine's own record, to be searched and verified. Why approving is locked here is `journal.lock`. */
  readonly journal: Pick<
    Journal,
    'records' | 'lock' | 'unrecorded' | 'head' | 'fold' | 'verify' | 'exported'
  >;
  /** The directory as it is trusted; null before the first chain was verified. */
  trusted(): Trust | null;
  /** The newest checkpoint that this machine saw and kept, and who cosigned it; null before the first. */
  checkpoint(): SeenLog | null;
  /** Whether `queue` is all that waits: not before the Signer's first answer. */
  readonly whole: boolean;
  /** What was approved here, to compare with. */
  readonly approved: Pick<ApprovedPayloads, 'get'>;
  /** Connects, signs in with the device, and resolves when the queue is being followed. Aborting gives up waiting. */
  signIn(signal?: AbortSignal): Promise<void>;
  /** Ends the session and forgets its key. */
  signOut(): Promise<void>;
  queue(): readonly Queued[];
  /** A waiting request's payload, verified by its digest. Rejects with WireFault, or Refusal `payload_mismatch`. */
  payload(queued: Queued): Promise<Uint8Array>;
  /** What must still reach the Signer. */
  outbox(): readonly OutboxEntry[];
  devices(): Promise<Connected[]>;
  /** What is connected now, each with what it says of itself; see `describeAll`. */
  describe(): Promise<Described>;
  /** Makes a security key show itself. Rejects with DeviceFault. */
  identify(path: string): Promise<void>;
  /** Why real security keys cannot be seen here, in the driver's words; null when they can. */
  devicesMissing(): Promise<string | null>;
  /** Looking after what is connected: what it is, its PIN, a new credential. */
  readonly care: DeviceCare;
  /** For a ceremony: what signs here, and the drivers of the HSMs. */
  readonly hardware: Signing & {
    readonly modules: ConsoleOptions['drivers']['modules'];
    /** Writes down what a device is about to do: Refusal `journal_unwritable` where `must` cannot be. */
    readonly note: (entry: JournalEntry, urgency: 'must' | 'urgent') => Promise<unknown>;
  };
  /** The hold as it was last told; undefined when it does not wait here. */
  hold(requestId: string): HoldSnapshot | undefined;
  /** Opens a review; the journal notes what was shown. CallerFault `not_found` for what does not wait. */
  review(requestId: string): Promise<OpenReview>;
  /**
   * Approves or denies what was reviewed. A review whose hold has changed since is refused. `durable` is called when the
   * outcome is on disk, before it is sent: from then on aborting changes nothing.
   */
  authorize(
    review: OpenReview,
    wish: Wish & { readonly verdict: 'approve' | 'deny' },
    signal?: AbortSignal,
    durable?: (decided: Decided) => void,
  ): Promise<Authorized>;
  /** Signs with the key that this officer holds, after the quorum (architecture.md, a held request, 6). */
  signHeld(review: OpenReview, signal?: AbortSignal, durable?: () => void): Promise<Delivery>;
  /** Fetches and verifies the evidence of a request that has ended, against what was shown and decided here. */
  evidence(requestId: string): Promise<EvidenceVerdict>;
  /** What is proposed as the next version, each checked here: what it changes, who signed, how many are missing. */
  proposals(): readonly OpenProposal[];
  /** A next version with all that it changes; nothing is signed or sent by it. Refusal when it cannot be proposed. */
  draftDirectory(change: Partial<Directory>, enrolments?: readonly SealedEnrolment[]): DirectoryDraft;
  /**
   * Has the security key at `path` make a credential and sign its enrolment (two touches, its PIN); the draft adds it to
   * this officer's devices. To be looked at, and then given to `proposeDirectory`.
   */
  enrolSecurityKey(wish: EnrolWish, signal?: AbortSignal): Promise<DirectoryDraft>;
  /** A draft that takes one of this officer's devices away. */
  draftRemoval(deviceId: string): DirectoryDraft;
  /** Signs a draft with a device that is enrolled already, and proposes it. Resolves with the proposal's digest. */
  proposeDirectory(
    draft: Pick<DirectoryDraft, 'directory' | 'enrolments'>,
    device: string,
    signal?: AbortSignal,
  ): Promise<string>;
  /** Signs an open proposal. What is durable here and could not leave is sent again with the next connection. */
  signDirectory(digest: string, device: string, signal?: AbortSignal): Promise<Endorsed>;
  /** Orders a key suspended with one of this officer's devices; resolves when this Console has verified that it is. See `suspendKey`. */
  suspendKey(wish: SuspendWish, signal?: AbortSignal): Promise<void>;
  /** A next version that makes the suspension of a key final, or lifts it. */
  draftSuspensionEnd(key: string, how: SuspensionEnd): DirectoryDraft;
  /** Takes back a proposal of this officer's own. */
  withdrawProposal(digest: string): Promise<void>;
  /** Bypass grants as the Signer tells them: those in force first. Display only; nothing is believed for it. */
  grants(): readonly Grant[];
  /** Ends a grant at once, for this officer alone. CallerFault `not_found` for one that was never told of here, `schema_invalid` without a reason. */
  revokeGrant(id: string, reason: string): Promise<void>;
  /** The same, with the file that was verified. */
  evidenceFile(requestId: string): Promise<{ evidence: Evidence; verdict: EvidenceVerdict }>;
  /** Tries to deliver what is owed, now. */
  deliver(): Promise<void>;
  close(): Promise<void>;
}

const LONGEST_REASON = 2000;

class OfficerConsole implements Console {
  readonly #engine: Engine;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  get secrets() {
    return { where: this.#engine.parts.options.keys.where };
  }

  get link(): LinkState | null {
    return this.#engine.link?.state ?? null;
  }

  get journal() {
    return this.#engine.parts.journal;
  }

  trusted(): Trust | null {
    const { trust } = this.#engine.parts;
    return trust.isKnown ? trust.current() : null;
  }

  checkpoint(): SeenLog | null {
    const { crypto, witness, options } = this.#engine.parts;
    return seenOf(crypto, this.trusted(), options.machine, witness.seen, this.#engine.policy);
  }

  get whole(): boolean {
    return this.#engine.whole;
  }

  get approved() {
    return this.#engine.parts.approved;
  }

  signOut(): Promise<void> {
    return this.#engine.signOut();
  }

  payload({ requestId, hold }: Queued): Promise<Uint8Array> {
    return this.#engine.payloads.get(requestId, hold.request.payloadDigest);
  }

  describe(): Promise<Described> {
    return this.#engine.parts.devices.describe();
  }

  identify(path: string): Promise<void> {
    return this.#engine.parts.devices.wink(path);
  }

  signIn(signal?: AbortSignal): Promise<void> {
    return this.#engine.signIn(signal);
  }

  queue(): readonly Queued[] {
    return this.#engine.parts.queue.list();
  }

  outbox(): readonly OutboxEntry[] {
    return this.#engine.parts.outbox.list();
  }

  devices(): Promise<Connected[]> {
    return this.#engine.parts.devices.list();
  }

  devicesMissing(): Promise<string | null> {
    return this.#engine.parts.devices.missing();
  }

  get hardware(): Console['hardware'] {
    const { devices, options, journal } = this.#engine.parts;
    return {
      assert: (...asked) => devices.assert(...asked),
      sign: (...asked) => devices.sign(...asked),
      modules: options.drivers.modules,
      note: (entry, urgency) => journal.append(entry, urgency),
    };
  }

  get care(): DeviceCare {
    return this.#engine.parts.devices;
  }

  hold(requestId: string): HoldSnapshot | undefined {
    return this.#engine.parts.queue.get(requestId)?.hold;
  }

  async review(requestId: string): Promise<OpenReview> {
    const { pipeline, parts } = this.#engine;
    const queued = parts.queue.get(requestId);
    if (!queued) throw new CallerFault('not_found', requestId);
    await this.#engine.knowDirectory(queued.hold.request.directory);
    const review = await pipeline.review(queued);
    const noted = await this.#note(review);
    this.#engine.opened(noted);
    return noted;
  }

  /** What was shown is on record, or it cannot be approved. */
  async #note(review: OpenReview): Promise<OpenReview> {
    const { journal } = this.#engine.parts;
    try {
      await journal.append(shownEntry(review), 'must');
      return review;
    } catch (thrown) {
      if (!isFault(thrown)) throw thrown;
      const lock = { code: thrown.code, detail: thrown.detail };
      const others = review.stage === 'locked' ? review.locks : [];
      return Object.freeze({ ...review, stage: 'locked', locks: [lock, ...others] } as Locked);
    }
  }

  async authorize(
    review: OpenReview,
    wish: Wish & { verdict: 'approve' | 'deny' },
    signal?: AbortSignal,
    durable?: (decided: Decided) => void,
  ): Promise<Authorized> {
    const { pipeline } = this.#engine;
    this.#checkCurrent(review);
    const { verdict, ...rest } = wish;
    // The room refuses a locked review by its own check as well, for callers whom no compiler holds back.
    const decided =
      verdict === 'deny'
        ? await pipeline.deny(review, rest, signal)
        : await pipeline.approve(review as Reviewed, rest, signal);
    durable?.(decided);
    if (verdict === 'approve') await this.#engine.parts.approved.keep(review.payload);
    return { decided, delivery: await pipeline.evidence(decided) };
  }

  async signHeld(review: OpenReview, signal?: AbortSignal, durable?: () => void): Promise<Delivery> {
    const { authorizePorts, courier, parts } = this.#engine;
    this.#checkCurrent(review);
    if (review.stage === 'locked') throw new Refusal('quorum_incomplete', review.locks[0].code);
    const hold = parts.queue.get(review.requestId)?.hold;
    if (!hold) throw new Refusal('hold_closed', review.requestId);
    const waiting = parts.outbox.get(review.requestId);
    if (waiting) return courier.deliver(waiting);
    const made = await signHeld(authorizePorts, review, hold, signal);
    durable?.();
    return courier.hand({ kind: 'signature', ...made });
  }

  #checkCurrent(review: OpenReview): void {
    const { crypto, queue } = this.#engine.parts;
    const hold = queue.get(review.requestId)?.hold;
    if (!hold) throw new Refusal('hold_closed', review.requestId);
    if (!stillHolds(crypto, review, hold))
      throw new Refusal('request_mismatch', 'the hold changed after it was shown');
  }

  async evidence(requestId: string): Promise<EvidenceVerdict> {
    return (await this.evidenceFile(requestId)).verdict;
  }

  async evidenceFile(requestId: string): Promise<{ evidence: Evidence; verdict: EvidenceVerdict }> {
    const { parts } = this.#engine;
    const known = knownOf(parts.journal.records(), requestId);
    const evidence = await this.#engine.online().fetchEvidence(requestId);
    await this.#engine.knowDirectory(evidence.request.directory);
    try {
      return { evidence, verdict: checkEvidence(parts.crypto, parts.trust.current(), evidence, known) };
    } catch (thrown) {
      if (thrown instanceof Refusal) await this.#engine.alarm(thrown.code, requestId);
      throw thrown;
    }
  }

  proposals(): readonly OpenProposal[] {
    return this.#engine.directory.list();
  }

  draftDirectory(change: Partial<Directory>, enrolments?: readonly SealedEnrolment[]): DirectoryDraft {
    return this.#engine.directory.draft(change, enrolments);
  }

  enrolSecurityKey(wish: EnrolWish, signal?: AbortSignal): Promise<DirectoryDraft> {
    return this.#engine.directory.enrol(wish, signal);
  }

  draftRemoval(deviceId: string): DirectoryDraft {
    return this.#engine.directory.removal(deviceId);
  }

  proposeDirectory(
    draft: Pick<DirectoryDraft, 'directory' | 'enrolments'>,
    device: string,
    signal?: AbortSignal,
  ): Promise<string> {
    return this.#engine.directory.propose(draft, device, signal);
  }

  signDirectory(digest: string, device: string, signal?: AbortSignal): Promise<Endorsed> {
    return this.#engine.directory.sign(digest, device, signal);
  }

  suspendKey(wish: SuspendWish, signal?: AbortSignal): Promise<void> {
    const engine = this.#engine;
    const know = (digest: string, orders: readonly string[]) => engine.knowDirectory(digest, orders);
    return suspendKey({ parts: engine.parts, link: () => engine.online(), know }, wish, signal);
  }

  draftSuspensionEnd(key: string, how: SuspensionEnd): DirectoryDraft {
    const { directory, parts } = this.#engine;
    return directory.draft(endOf(parts.trust.current(), key, how, parts.now().toISOString()));
  }

  withdrawProposal(digest: string): Promise<void> {
    return this.#engine.directory.withdraw(digest);
  }

  grants(): readonly Grant[] {
    return this.#engine.parts.grants.list();
  }

  /** What only makes safer waits for no disk: the journal finds a place for it, or says so. */
  async revokeGrant(id: string, reason: string): Promise<void> {
    const { grants, journal } = this.#engine.parts;
    if (!grants.get(id)) throw new CallerFault('not_found', id);
    if (reason.trim() === '' || reason.length > LONGEST_REASON)
      throw new CallerFault('schema_invalid', 'reason');
    const link = this.#engine.online();
    await journal.append({ event: 'revoking', grant: id, reason }, 'urgent');
    try {
      await link.revokeGrant(id, reason);
    } catch (thrown) {
      const code = isFault(thrown) ? thrown.code : 'internal';
      await journal.append({ event: 'revoked', grant: id, code }, 'urgent');
      throw thrown;
    }
    await journal.append({ event: 'revoked', grant: id, code: null }, 'urgent');
  }

  deliver(): Promise<void> {
    return this.#engine.courier.deliverAll();
  }

  close(): Promise<void> {
    return this.#engine.close();
  }
}

/**
 * Opens a Console on its data folder and takes up what a crash interrupted; it connects with `signIn`. Throws LackFault
 * `data_locked` when another process uses the folder.
 */
export async function openConsole(options: ConsoleOptions): Promise<Console> {
  return new OfficerConsole(await Engine.open(options));
}
