// An open review as a snapshot, and its claims and bytes a page at a time.
import type { Fault } from '../../../contract/ipc/call.ts';
import type { Change, Claim, ClaimsPage, RawPage, Review } from '../../../contract/ipc/review.ts';
import type { Directory } from '../../../core/directory/directory.ts';
import type { Crypto } from '../../../core/key/crypto.ts';
import { keyId } from '../../../core/key/keyid.ts';
import type { Difference } from '../../../core/review/diff.ts';
import { recheck } from '../../review/recheck.ts';
import type { OpenReview } from '../options.ts';
import { documentOf, headlineClaims } from '../acts/headline.ts';
import { beginning, faultOf, spoken } from './common.ts';
import { failedOf, quorumOf } from './queue.ts';

/** What a review is compared with. `requestId` and `at`: when that was recorded. */
export interface Compared {
  readonly baseline: { readonly requestId: string; readonly at: string } | null;
  readonly difference: Difference;
}

/** What the snapshot leans on beside the review. `directory`: the version that the request names. */
export interface ReviewParts {
  readonly crypto: Crypto;
  readonly directory: Directory;
  readonly latest: Directory;
  readonly compared: Compared;
  readonly receivedAt: string;
  readonly may: Fault | null;
  readonly act: Review['act'];
}

export { failedOf };

const LONGEST = 4000;
const MOST_SUBJECTS = 100;
const MOST_HOLES = 100;
/** How many changes a review lists, and how much text they may have together. */
export const MOST_CHANGES = 500;

type ViewClaim = OpenReview['rebuilt']['view']['claims'][number];

/** A claim as it crosses to a page. */
export function claimOf({ path, value }: ViewClaim): Claim {
  const size = typeof value === 'string' ? value.length : String(value).length;
  return {
    path: beginning(path, LONGEST),
    value: typeof value === 'string' ? beginning(value, LONGEST) : value,
    size,
  };
}

function keysOf({ crypto, directory, latest }: ReviewParts, names: readonly string[]): Review['keys'] {
  return names.flatMap((name) => {
    const key = directory.keys.find((one) => one.name === name);
    if (!key) return [];
    const now = latest.keys.find((one) => one.name === name);
    const { holder, approvalOnly } = key;
    // The state as of today: a key that was taken back since must not look good.
    return [{ name, holder, approvalOnly, state: now?.state ?? 'revoked', keyid: keyId(crypto, key.key) }];
  });
}

function findingsOf({ hold }: OpenReview, directory: Directory): Review['findings'] {
  return hold.request.findings.map((finding) => {
    const { here, why } = recheck(finding, hold.request, directory);
    return { finding, here, why: why && faultOf(why) };
  });
}

/** The snapshot. */
export function reviewOf(reviewId: string, review: OpenReview, parts: ReviewParts): Review {
  const { hold, rebuilt, headline } = review;
  const { request, view } = rebuilt;
  const document = documentOf(headline.predicateType);
  const { baseline, difference } = parts.compared;
  return {
    reviewId,
    requestId: review.requestId,
    kind: request.kind,
    tenant: request.tenant,
    requester: request.requester.subject,
    document,
    predicateType: beginning(headline.predicateType, LONGEST),
    payloadType: request.payloadType,
    subjects: headline.subjects.slice(0, MOST_SUBJECTS).map(({ name, sha256 }) => ({
      name: beginning(name, LONGEST),
      sha256: beginning(sha256, LONGEST),
    })),
    subjectCount: headline.subjects.length,
    keys: keysOf(parts, request.keys),
    blind: rebuilt.blind,
    locks: review.stage === 'locked' ? review.locks.slice(0, 32).map(faultOf) : [],
    findings: findingsOf(review, parts.directory),
    headline: headlineClaims(document, view),
    flags: [...view.flags],
    claims: view.claims.length,
    payloadBytes: review.payload.length,
    notRendered: view.notRendered.slice(0, MOST_HOLES),
    notRenderedBytes: headline.notRenderedBytes,
    baseline: baseline && { requestId: baseline.requestId, at: baseline.at },
    changes: difference.changes.map((change): Change => ({ ...change })),
    changeCount: difference.count,
    rule: request.quorum,
    quorum: quorumOf(hold),
    may: parts.may,
    act: parts.act,
    match: review.match,
    request: spoken(rebuilt.digest),
    payload: spoken(request.payloadDigest),
    view: spoken(rebuilt.viewDigest),
    viewVersion: view.version,
    leaf: hold.held.index,
    checkpointSize: review.head.size,
    expires: request.expires,
    approvalSeconds: request.approvalSeconds,
    receivedAt: parts.receivedAt,
    grant: request.grant,
  };
}

/** Finds claims; the last search is kept, so that turning pages does not search again. */
export class ClaimSearch {
  readonly #claims: readonly ViewClaim[];
  #query = '';
  #found: readonly ViewClaim[];

  constructor(claims: readonly ViewClaim[]) {
    this.#claims = claims;
    this.#found = claims;
  }

  page(query: string, offset: number, limit: number): ClaimsPage {
    const wanted = query.toLowerCase();
    if (wanted !== this.#query) {
      this.#query = wanted;
      this.#found = wanted === '' ? this.#claims : this.#claims.filter((claim) => says(claim, wanted));
    }
    const claims = this.#found.slice(offset, offset + limit).map(claimOf);
    return { total: this.#found.length, claims };
  }
}

function says({ path, value }: ViewClaim, wanted: string): boolean {
  return path.toLowerCase().includes(wanted) || String(value).toLowerCase().includes(wanted);
}

const isInside = (byte: number | undefined): boolean => byte !== undefined && (byte & 0xc0) === 0x80;

/** A page of bytes as text. It ends before a character that would be cut in two; bytes that are none stand as U+FFFD. */
export function rawPage(payload: Uint8Array, offset: number, length: number): RawPage {
  const from = Math.min(offset, payload.length);
  let to = Math.min(from + length, payload.length);
  // At most three steps back (RFC 3629): what is longer is no character, and stands as what it is.
  for (let back = 0; back < 3 && to > from + 1 && to < payload.length && isInside(payload[to]); back += 1)
    to -= 1;
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(payload.subarray(from, to));
  return { total: payload.length, offset: from, next: to < payload.length ? to : null, text };
}
