// What a decision is about, for the authorize document: worked out from the review that this Console made, and nothing else.
import type { AboutRequest } from '../../../contract/ipc/act.ts';
import type { Quorum, Voice } from '../../../contract/ipc/queue.ts';
import type { Spoken } from '../../../contract/ipc/review.ts';
import { verifyDecision, type Sealed } from '../../../core/decision/decision.ts';
import { missing } from '../../../core/decision/quorum.ts';
import { keyTitle, type KeyTitle } from '../../../core/directory/key-title.ts';
import type { Directory } from '../../../core/directory/directory.ts';
import { isFault } from '../../../core/fault/fault.ts';
import type { Crypto } from '../../../core/key/crypto.ts';
import type { Trust } from '../../../core/trust/chain.ts';
import type { OpenReview } from '../options.ts';
import { beginning, documentOf, headlineClaims } from './headline.ts';
import type { Difference } from './ports.ts';

const MOST_SUBJECTS = 4;
const MOST_VOICES = 32;

/** What is worked out with. `decisions`: as they stand now; each is verified before it counts here. */
export interface AboutParts {
  readonly crypto: Crypto;
  readonly trust: Trust | null;
  readonly words: (digest: string) => readonly string[];
  readonly difference: Difference;
  readonly decisions: readonly Sealed[];
}

/** The digest with its words. */
export function spoken(words: AboutParts['words'], digest: string): Spoken {
  return { digest, words: [...words(digest)] };
}

/** The directory that the request names, or the one in force where that one is not known. */
function directoryFor(trust: Trust, { rebuilt }: OpenReview): Directory {
  const { directory } = rebuilt.request;
  return trust.digests.includes(directory) ? trust.at(directory) : trust.latest;
}

/** A key of the request by what the directory says of it; without a directory, by its name alone. */
export function titleOf(trust: Trust | null, review: OpenReview, name: string): KeyTitle {
  return keyTitle(name, trust ? directoryFor(trust, review).keys : []);
}

function verified(parts: AboutParts, review: OpenReview, sealed: Sealed) {
  const { request, digest: requestDigest, viewDigest } = review.rebuilt;
  const { crypto, trust } = parts;
  if (!trust) return undefined;
  const directory = directoryFor(trust, review);
  const expected = { signer: trust.signer, request, requestDigest, viewDigest, directory };
  try {
    return verifyDecision(crypto, expected, sealed);
  } catch (thrown) {
    if (isFault(thrown)) return undefined; // what does not verify is no voice; the review was locked by it, or it came later
    throw thrown;
  }
}

/** The quorum so far: of each officer the last verified word. */
export function quorumOf(parts: AboutParts, review: OpenReview): Quorum {
  const rule = review.rebuilt.request.quorum;
  const last = new Map<string, { voice: Voice; approval: ReturnType<typeof verified> }>();
  for (const sealed of parts.decisions) {
    const approval = verified(parts, review, sealed);
    if (!approval) continue;
    const { officer, verdict, decidedAt: at, reason } = sealed.decision;
    last.set(officer, { voice: { officer, verdict, at, reason }, approval });
  }
  const approvals = [...last.values()]
    .filter(({ voice }) => voice.verdict === 'approve')
    .flatMap(({ approval }) => (approval ? [approval] : []));
  const needed = missing(rule, []);
  return {
    needed,
    given: needed - missing(rule, approvals),
    voices: [...last.values()].map(({ voice }) => voice).slice(0, MOST_VOICES),
  };
}

/** Approvals that are still missing once this decision counts; null after a denial. */
export function missingAfter(parts: AboutParts, review: OpenReview, own: Sealed): number | null {
  if (own.decision.verdict === 'deny') return null;
  const { needed, given } = quorumOf({ ...parts, decisions: [...parts.decisions, own] }, review);
  return needed - given;
}

const weight = { danger: 0, warning: 1, note: 2 } as const;

/** Everything that must be seen before the PIN. */
export function aboutOf(parts: AboutParts, review: OpenReview): AboutRequest {
  const { rebuilt, headline, payload, match, requestId } = review;
  const { request, view, viewDigest } = rebuilt;
  const { difference, words } = parts;
  const document = documentOf(headline.predicateType);
  return {
    requestId,
    kind: request.kind,
    tenant: request.tenant,
    requester: request.requester.subject,
    document,
    predicateType: beginning(headline.predicateType),
    subjects: headline.subjects.slice(0, MOST_SUBJECTS).map(({ name, sha256 }) => ({
      name: beginning(name),
      size: name.length,
      sha256: beginning(sha256, 64),
    })),
    subjectCount: headline.subjects.length,
    keys: request.keys.slice(0, 8).map((name) => titleOf(parts.trust, review, name)),
    failed: request.findings
      .filter(({ result }) => result !== 'pass')
      .map(({ gate, code }) => ({ gate, code }))
      .slice(0, 16),
    flags: [...view.flags].sort((a, b) => weight[a.severity] - weight[b.severity]),
    locks:
      review.stage === 'locked'
        ? review.locks.slice(0, 32).map(({ code, detail }) => ({ code, detail: detail.slice(0, 1000) }))
        : [],
    headline: headlineClaims(document, view),
    claims: view.claims.length,
    changes: difference.changes.slice(0, 12),
    changeCount: difference.count,
    baseline: difference.baseline,
    notRenderedBytes: headline.notRenderedBytes,
    payloadBytes: payload.length,
    payload: spoken(words, request.payloadDigest),
    view: spoken(words, viewDigest),
    match,
    quorum: quorumOf(parts, review),
    expires: request.expires,
  };
}
