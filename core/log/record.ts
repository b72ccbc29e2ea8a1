// What a leaf of the Signer's log stands for: one record for each thing that happened.
import { z } from 'zod';
import { Base64 } from '../bytes/form.ts';
import { Digest } from '../json/digest.ts';
import { Bytes32, Id, Time, Ulid } from '../name/names.ts';

export const RECORD_TYPE = 'https://stella.ops/signer/record/v1';

/**
 * Why a bypass grant is over. `revoked`: by an officer. `exhausted`: the count. `expired`: the time. `poe_returned`: the
 * licensing service answered again. `tampered`: what is stored of it is not what was logged.
 */
export const grantEnds = ['revoked', 'exhausted', 'expired', 'poe_returned', 'tampered'] as const;
export type GrantEnd = (typeof grantEnds)[number];

const base = { _type: z.literal(RECORD_TYPE), at: Time };
const about = { ...base, tenant: Id, requestId: Ulid };
const KeyIds = z.array(Base64.length(44)).min(1).max(8);

/**
 * `held`: the hold begins. `decided`: one sealed decision was recorded (`decision` is the digest of the sealed form).
 * `intent`: the Signer commits to signing, by these decisions, with these keys, under this directory version.
 * `signed`: a bundle went out, made under this directory version. `approved`: the approval statement. `closed`: it ended without a signature.
 * `granted`: a bypass grant is in force, from this leaf's time. `spent`: one signature under it (`requestId` is the signed
 * request's). `ended`: it is over. `granted` and `ended` bear the id of the hold that asked for the grant.
 */
export const LogRecord = z.discriminatedUnion('event', [
  z.strictObject({ ...base, event: z.literal('directory'), version: z.int().min(1), digest: Digest }),
  z.strictObject({ ...about, event: z.literal('held'), requestDigest: Digest, payloadDigest: Digest }),
  z.strictObject({
    ...about,
    event: z.literal('decided'),
    challenge: Bytes32,
    decision: Digest,
    officer: Id,
    verdict: z.enum(['approve', 'deny']),
  }),
  z.strictObject({
    ...about,
    event: z.literal('intent'),
    requestDigest: Digest,
    payloadDigest: Digest,
    directory: Digest,
    decisions: z.array(Digest).max(32),
    keys: KeyIds,
  }),
  z.strictObject({
    ...about,
    event: z.literal('signed'),
    directory: Digest,
    payloadDigest: Digest,
    keyid: Base64.length(44),
    bundle: Digest,
  }),
  z.strictObject({ ...about, event: z.literal('approved'), requestDigest: Digest, statement: Digest }),
  z.strictObject({
    ...about,
    event: z.literal('closed'),
    state: z.enum(['denied', 'expired', 'withdrawn', 'refused']),
    code: z.string().max(64),
  }),
  z.strictObject({
    ...about,
    event: z.literal('granted'),
    grant: Digest,
    count: z.int().min(1),
    until: Time,
  }),
  z.strictObject({
    ...about,
    event: z.literal('spent'),
    grant: Digest,
    ordinal: z.int().min(1),
    directory: Digest,
    payloadDigest: Digest,
    keyid: Base64.length(44),
    bundle: Digest,
  }),
  z.strictObject({
    ...about,
    event: z.literal('ended'),
    grant: Digest,
    why: z.enum(grantEnds),
    officer: Id.nullable(),
    machine: Id.nullable(),
    reason: z.string().max(2000),
  }),
  z.strictObject({ ...base, event: z.literal('session'), officer: Id, machine: Id, session: Digest }),
  z.strictObject({
    ...base,
    event: z.literal('alarm'),
    code: z.string().max(64),
    about: z.string().max(200),
  }),
]);
export type LogRecord = z.infer<typeof LogRecord>;

/** A record with the salt that hides it in the log, its leaf index, and its inclusion proof (RFC 6962, 2.1.1; base64). */
export const Leaf = z.strictObject({
  index: z.int().min(0),
  salt: Bytes32,
  record: LogRecord,
  proof: z.array(Base64.length(44)).max(63),
});
export type Leaf = z.infer<typeof Leaf>;
