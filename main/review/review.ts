// Opens a review: what would be signed, worked out here from the bytes themselves, and every check that can lock approving.
import type { JournalEntry } from '../../contract/stored/console-journal.ts';
import { toBase64 } from '../../core/bytes/base64.ts';
import type { Directory } from '../../core/directory/directory.ts';
import { Refusal, isFault } from '../../core/fault/fault.ts';
import { isOpen } from '../../core/hold/hold.ts';
import { digestOf } from '../../core/json/digest.ts';
import type { Crypto } from '../../core/key/crypto.ts';
import type { Head } from '../../core/log/head.ts';
import { emptyRoot } from '../../core/log/merkle.ts';
import { parsePolicy, type Policy } from '../../core/policy/policy.ts';
import { checkStillFollows, rebuild, type Rebuilt } from '../../core/request/derive.ts';
import { headlineOf } from '../../core/request/headline.ts';
import type { Request } from '../../core/request/request.ts';
import { matchNumber } from '../../core/request/match.ts';
import { viewVersions } from '../../core/review/view.ts';
import type { HoldSnapshot, Lock, Locked, Queued, Reviewed } from '../../core/stage/stages.ts';
import type { Trust } from '../../core/trust/chain.ts';
import { asGiven, checkDecisions, checkHeld, checkInTime, checkIncluded, checkWitnessed } from './checks.ts';
import type { SecondView } from './second.ts';
import { checkRechecks } from './recheck.ts';
import type { CosignatureLine, Witness } from './witness.ts';

/** What only this Console knows of itself; its digest goes into the decision as `context`. */
export interface Surroundings {
  readonly build: string;
  readonly language: string;
  readonly machine: string;
}

/** What a review needs of the Signer and of this machine. Fetching rejects with WireFault. */
export interface ReviewPorts {
  readonly crypto: Crypto;
  readonly trust: () => Trust;
  readonly payload: (requestId: string, digest: string) => Promise<Uint8Array>;
  /** The policy with this digest, parsed from strict JSON and not yet believed. */
  readonly policy: (digest: string) => Promise<unknown>;
  readonly checkpoint: () => Promise<string>;
  readonly inclusion: (index: number, size: number) => Promise<readonly string[]>;
  readonly second: SecondView;
  readonly witness: Witness;
  readonly surroundings: Surroundings;
  readonly now: () => Date;
  /** Sends this machine's cosignature; its failing locks nothing. */
  readonly cosign: (line: CosignatureLine) => void;
}

/** The checks that failed, in order. */
class Locks {
  readonly found: Lock[] = [];

  /** The step's value; undefined, and a lock, when it throws one of our faults. */
  async hold<T>(step: () => T | Promise<T>): Promise<T | undefined> {
    try {
      return await step();
    } catch (thrown) {
      if (!isFault(thrown)) throw thrown;
      this.found.push({ code: thrown.code, detail: thrown.detail });
      return undefined;
    }
  }
}

/** The bytes as they came. What the link refuses to hand on (another digest) locks, and nothing of it is shown. */
async function fetchPayload(ports: ReviewPorts, request: Request, locks: Locks): Promise<Uint8Array> {
  try {
    return await ports.payload(request.id, request.payloadDigest);
  } catch (thrown) {
    if (!(thrown instanceof Refusal)) throw thrown;
    locks.found.push({ code: thrown.code, detail: thrown.detail });
    return new Uint8Array(0);
  }
}

function directoryOf(trust: Trust, digest: string): Directory {
  return trust.digests.includes(digest) ? trust.at(digest) : trust.latest;
}

async function checkLog(ports: ReviewPorts, policy: Policy | undefined, hold: HoldSnapshot): Promise<Head> {
  const { crypto, witness, surroundings, now } = ports;
  const directory = ports.trust().latest;
  const { opened, head, cosignature } = await witness.newest(directory, ports.checkpoint);
  if (cosignature) ports.cosign(cosignature);
  if (hold.held.index >= opened.size)
    throw new Refusal('proof_invalid_log', `leaf ${hold.held.index} of ${opened.size}`);
  checkIncluded(crypto, opened, hold.held, await ports.inclusion(hold.held.index, opened.size));
  checkWitnessed(directory, surroundings.machine, opened, policy?.witnesses ?? 0, now());
  return head;
}

async function checkSecond(
  ports: ReviewPorts,
  { request, view, viewDigest }: Rebuilt,
  payload: Uint8Array,
): Promise<string> {
  const digest = await ports.second(view.version, request.payloadType, payload);
  if (digest !== viewDigest) throw new Refusal('second_decoder', `${digest}, not ${viewDigest}`);
  return digest;
}

function contextOf(ports: ReviewPorts, directory: Directory, second: string | undefined): string {
  const decoders = { core: [...viewVersions], second: second ?? null };
  return digestOf(ports.crypto, { ...ports.surroundings, decoders, directory: directory.version });
}

/**
 * Opens a review of what waits (protocol.md 4, 5, 9): the payload is fetched by digest and hashed, request and quorum are
 * rebuilt, a second decoder must see the same view, and a fresh checkpoint that extends the last one must include the
 * hold. Whatever fails locks approving with its code; denying stays. WireFault when the payload cannot be had.
 */
export async function openReview(ports: ReviewPorts, queued: Queued): Promise<Reviewed | Locked> {
  const { crypto } = ports;
  const { hold } = queued;
  const { request } = hold;
  const trust = ports.trust();
  const directory = directoryOf(trust, request.directory);
  const locks = new Locks();
  const payload = await fetchPayload(ports, request, locks);
  const policy = await locks.hold(async () =>
    parsePolicy(crypto, await ports.policy(directory.policy), directory.policy),
  );
  const derived = policy && (await locks.hold(() => rebuild(crypto, trust, policy, request, payload)));
  if (derived) await locks.hold(() => checkStillFollows(crypto, trust.latest, policy, derived));
  await locks.hold(() => checkRechecks(request, directory));
  const rebuilt = derived ?? asGiven(crypto, request, payload);
  const second = await locks.hold(() => checkSecond(ports, rebuilt, payload));
  await locks.hold(() => checkHeld(rebuilt, hold.held));
  const head = await locks.hold(() => checkLog(ports, policy, hold));
  const { digest: requestDigest, viewDigest } = rebuilt;
  if (derived)
    await locks.hold(() =>
      checkDecisions(crypto, { signer: trust.signer, request, requestDigest, viewDigest, directory }, hold),
    );
  await locks.hold(() => checkInTime(request, ports.now(), policy));
  const nothing: Head = { origin: directory.origin, size: 0, root: toBase64(emptyRoot(crypto)) };
  const shown = {
    requestId: queued.requestId,
    hold,
    rebuilt,
    headline: headlineOf(request, rebuilt.view),
    payload,
    match: matchNumber(crypto, requestDigest),
    head: head ?? ports.witness.head ?? nothing,
    context: contextOf(ports, directory, second),
  };
  const [worst, ...others] = locks.found;
  if (worst) return Object.freeze({ ...shown, stage: 'locked', locks: [worst, ...others] } as const);
  return Object.freeze({ ...shown, stage: 'reviewed' } as const);
}

/**
 * Whether a review may stay open now that the hold looks like this: the same request and leaf, still open, and every
 * decision that was there still there. More decisions of other officers change nothing of what would be signed.
 */
export function stillHolds(
  crypto: Crypto,
  review: Reviewed | Locked,
  hold: HoldSnapshot | undefined,
): boolean {
  if (!hold || !isOpen(hold.state)) return false;
  if (digestOf(crypto, hold.request) !== digestOf(crypto, review.hold.request)) return false;
  if (digestOf(crypto, hold.held) !== digestOf(crypto, review.hold.held)) return false;
  const now = new Set(hold.decisions.map((sealed) => digestOf(crypto, sealed)));
  return review.hold.decisions.every((sealed) => now.has(digestOf(crypto, sealed)));
}

const SHOWN_SUBJECTS = 4;
const LONGEST_SHOWN = 500;

/** A text's beginning, never half a character: the journal's lines are bounded, a requester's texts are not. */
function beginning(text: string): string {
  return text.slice(0, LONGEST_SHOWN).replace(/[\uD800-\uDBFF]$/, '');
}

/** What the journal keeps of a review, so that it can show again what was shown. */
export function shownEntry(review: Reviewed | Locked): Extract<JournalEntry, { event: 'shown' }> {
  const { rebuilt, headline } = review;
  return {
    event: 'shown',
    requestId: review.requestId,
    requestDigest: rebuilt.digest,
    payloadDigest: rebuilt.request.payloadDigest,
    view: { version: rebuilt.view.version, digest: rebuilt.viewDigest },
    context: review.context,
    headline: {
      ...headline,
      predicateType: beginning(headline.predicateType),
      subjects: headline.subjects
        .slice(0, SHOWN_SUBJECTS)
        .map(({ name, sha256 }) => ({ name: beginning(name), sha256: beginning(sha256) })),
      subjectCount: headline.subjects.length,
      keys: [...headline.keys],
      failed: [...headline.failed],
      dangers: [...headline.dangers],
    },
    locks: review.stage === 'locked' ? review.locks.map(({ code }) => code) : [],
  };
}
