// An open review as the window shows it: worked out by main from the bytes; immutable, closed when the request changes.
import { z } from 'zod';
import { Digest } from '../../core/json/digest.ts';
import { Id, KeyName, Time, Ulid } from '../../core/name/names.ts';
import { HoldKind } from '../../core/policy/policy.ts';
import { QuorumRule } from '../../core/policy/quorum-rule.ts';
import { Flag } from '../../core/review/view.ts';
import { Finding } from '../../core/request/request.ts';
import { Fault } from './call.ts';
import { Quorum } from './queue.ts';

/**
 * One thing that the payload says. `path` is a JSON Pointer as in the view; `size` the value's full length in UTF-16 units.
 * Of paths and values longer than 4,000 the beginning stands here.
 */
export const Claim = z.strictObject({
  path: z.string(),
  value: z.union([z.string(), z.boolean(), z.null(), z.int()]),
  size: z.int(),
});
export type Claim = z.infer<typeof Claim>;

/** What a gate saw, and what this Console could check of it by itself. */
export const ReviewFinding = z.strictObject({
  finding: Finding,
  here: z.enum(['verified', 'failed', 'could-not-verify']),
  why: Fault.nullable(),
});
export type ReviewFinding = z.infer<typeof ReviewFinding>;

/** A digest, and its beginning as words to read aloud. */
export const Spoken = z.strictObject({ digest: Digest, words: z.array(z.string().max(32)).max(24) });
export type Spoken = z.infer<typeof Spoken>;

/** One difference to the last approved statement of the same subject. */
export const Change = z.strictObject({
  path: z.string(),
  before: z.string().nullable(),
  after: z.string().nullable(),
});
export type Change = z.infer<typeof Change>;

/**
 * `locks`: why approving is locked here, gravest first; empty when it is not. `baseline`: what `changes` compares with, or
 * null when nothing of this subject was approved on this machine before. `headline`: the claims that say most, by document
 * type, the same that the act shows.
 */
export const Review = z.strictObject({
  reviewId: z.string().max(64),
  requestId: Ulid,
  kind: HoldKind,
  tenant: Id,
  requester: z.string().max(200),
  document: z.string().max(64),
  predicateType: z.string(),
  payloadType: z.string().max(200),
  subjects: z.array(z.strictObject({ name: z.string(), sha256: z.string() })).max(100),
  subjectCount: z.int(),
  keys: z
    .array(
      z.strictObject({
        name: KeyName,
        holder: Id.nullable(),
        approvalOnly: z.boolean(),
        state: z.string().max(32),
        keyid: z.string().max(64),
      }),
    )
    .max(8),
  blind: z.boolean(),
  locks: z.array(Fault).max(32),
  findings: z.array(ReviewFinding).max(16),
  flags: z.array(Flag).max(64),
  headline: z.array(Claim).max(12),
  claims: z.int(),
  payloadBytes: z.int(),
  notRendered: z.array(z.strictObject({ offset: z.int(), length: z.int(), sha256: z.string() })).max(100),
  notRenderedBytes: z.int(),
  baseline: z.strictObject({ requestId: Ulid, at: Time }).nullable(),
  changes: z.array(Change).max(500),
  changeCount: z.int(),
  rule: QuorumRule,
  quorum: Quorum,
  may: Fault.nullable(),
  act: z.enum(['decide', 'sign-held', 'wait']),
  match: z.string().max(16),
  request: Spoken,
  payload: Spoken,
  view: Spoken,
  viewVersion: z.string().max(8),
  leaf: z.int(),
  checkpointSize: z.int(),
  expires: Time,
  approvalSeconds: z.int(),
  receivedAt: Time,
  grant: Digest.nullable(),
});
export type Review = z.infer<typeof Review>;

/** A page of claims, in the view's order; `query` keeps those whose path or value contains it, without case. */
export const ClaimsPage = z.strictObject({ total: z.int(), claims: z.array(Claim).max(500) });
export type ClaimsPage = z.infer<typeof ClaimsPage>;
/** A page of the payload's bytes as text; bytes that are no UTF-8 stand as U+FFFD. */
export const RawPage = z.strictObject({
  total: z.int(),
  offset: z.int(),
  next: z.int().nullable(),
  text: z.string(),
});
export type RawPage = z.infer<typeof RawPage>;
