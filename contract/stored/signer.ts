// The Signer's rows, one schema each: parsed on every read, because a row is a cache and anybody may have edited it.
import { z } from 'zod';
import { Base64 } from '../../core/bytes/form.ts';
import { holdStates } from '../../core/hold/hold.ts';
import { Digest } from '../../core/json/digest.ts';
import { grantEnds } from '../../core/log/record.ts';
import { Bytes32, Id, KeyName, Time, Ulid } from '../../core/name/names.ts';

const Bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array, 'not bytes');
const Count = z.int().min(0);
const Origin = z.string().min(1).max(200);
const KeyId = Base64.length(44);

/** A caller's idempotency key. `lease` ends at a Unix millisecond; `outcome` and `requestId` are null while it runs. */
export const IdempotencyRow = z.strictObject({
  tenant: Id,
  subject: z.string(),
  key: z.string(),
  body: Digest,
  lease: z.string(),
  leaseEnds: Count,
  outcome: z.enum(['signed', 'held']).nullable(),
  requestId: Ulid.nullable(),
  createdAt: Count,
});

/** What a tenant used of its quota in the minute that begins at `minute` (Unix milliseconds). */
export const QuotaRow = z.strictObject({ tenant: Id, minute: Count, used: Count });

/** A request that was signed at once; the answer is made again from it. `grant`: what it was signed under, if anything. */
export const IssuedRow = z.strictObject({
  tenant: Id,
  requestId: Ulid,
  payloadType: z.string(),
  payload: Bytes,
  keyName: KeyName,
  keyid: KeyId,
  signature: Bytes,
  returnBundle: z.int().min(0).max(1),
  leaf: Count,
  plan: z.string(),
  quotaLimit: Count,
  quotaRemaining: Count,
  createdAt: Count,
  grant: Digest.nullable(),
});

/** A held request: its canonical bytes, its payload, and where it stands. Leaves are indices into the log. */
export const HoldRow = z.strictObject({
  tenant: Id,
  requestId: Ulid,
  request: Bytes,
  payload: Bytes,
  state: z.enum(holdStates),
  code: z.string().nullable(),
  heldLeaf: Count,
  intentLeaf: Count.nullable(),
  endLeaf: Count.nullable(),
  approval: Bytes.nullable(),
  expires: Time,
  plan: z.string(),
  quotaLimit: Count,
  quotaRemaining: Count,
  returnBundle: z.int().min(0).max(1),
});

/** A challenge given to an officer for a request. `answered`: 0 not yet, 1 by a decision, 2 and again with other bytes. */
export const ChallengeRow = z.strictObject({
  tenant: Id,
  requestId: Ulid,
  officer: Id,
  challenge: Bytes32,
  answered: z.int().min(0).max(2),
});

/** A recorded decision: the sealed form's canonical bytes, its place among the request's decisions, and its leaf. */
export const DecisionRow = z.strictObject({
  tenant: Id,
  requestId: Ulid,
  ordinal: Count,
  challenge: Bytes32,
  sealed: Bytes,
  leaf: Count,
});

/** A signature over a held payload's PAE by one of the request's keys. */
export const SignatureRow = z.strictObject({ tenant: Id, requestId: Ulid, keyid: KeyId, signature: Bytes });

/**
 * An event in a tenant's gapless sequence. For a hold: its state then, and how many decisions it had. For a grant, whose
 * digest is `about`: how many were spent then (`decisions`), and why it was over (`code`).
 */
export const EventRow = z.strictObject({
  tenant: Id,
  seq: z.int().min(1),
  event: z.enum(['hold', 'alarm', 'grant']),
  requestId: Ulid.nullable(),
  state: z.enum(holdStates).nullable(),
  code: z.string().nullable(),
  decisions: Count,
  about: z.string(),
});

/** The newest sequence number of a tenant, and the oldest one that is still kept. */
export const FeedRow = z.strictObject({ tenant: Id, seq: Count, oldest: z.int().min(1) });

/**
 * A leaf of the log: the canonical record and its salt. Its hash is the tree's node of level 0. `about` finds it again:
 * the request's id, the digest of directory, session, grant or order, or null.
 */
export const LeafRow = z.strictObject({
  origin: Origin,
  idx: Count,
  salt: Bytes32,
  record: Bytes,
  about: z.string().nullable(),
});

/** A perfect subtree of the log and its root. */
export const NodeRow = z.strictObject({ origin: Origin, level: Count, idx: Count, hash: Bytes });

/** The log's size and frontier: the roots of the perfect subtrees that it is made of, one after another. */
export const TreeRow = z.strictObject({ origin: Origin, size: Count, frontier: Bytes });

/** A signed checkpoint that left the Signer and was cosigned: its body and the log's own signature line. */
export const CheckpointRow = z.strictObject({
  origin: Origin,
  size: Count,
  body: z.string(),
  line: z.string(),
});

/** A witness's signature line for the checkpoint of a size. */
export const CosignatureRow = z.strictObject({
  origin: Origin,
  size: Count,
  witness: z.string(),
  line: z.string(),
});

/** The last journal head that a machine's decisions brought. */
export const JournalRow = z.strictObject({ machine: Id, origin: z.string(), size: Count, root: z.string() });

/** An officer's session as its device signed it, in canonical bytes; `expires` is Unix milliseconds. */
export const SessionRow = z.strictObject({ id: Digest, sealed: Bytes, expires: Count });

/** A policy that some version of the directory names, in canonical bytes. */
export const PolicyRow = z.strictObject({ digest: Digest, body: Bytes });

/** A version of the directory that is or was in force: `body` is canonical `{directory, signatures}`. */
export const DirectoryRow = z.strictObject({ version: z.int().min(1), digest: Digest, body: Bytes });

/**
 * A proposed next version, by the digest of its directory: `base` is the version that it follows, `body` the canonical
 * proposal with the signatures so far. `code` says why it was dropped. `ordinal` counts proposals, so that the last ones can be told.
 */
export const ProposalRow = z.strictObject({
  digest: Digest,
  ordinal: Count,
  base: Digest,
  officer: Id,
  body: Bytes,
  state: z.enum(['open', 'adopted', 'dropped']),
  code: z.string().nullable(),
});

/** An order to suspend a key, by its digest: the sealed form's canonical bytes, and its leaf. `key` finds it; the order says it. */
export const SuspensionRow = z.strictObject({ order: Digest, key: KeyName, leaf: Count, sealed: Bytes });

/** A bypass grant since it came into force. `used` and the end are counted again from the leaves before each use. */
export const GrantRow = z.strictObject({
  tenant: Id,
  grant: Digest,
  requestId: Ulid,
  count: z.int().min(1),
  used: Count,
  from: Time,
  until: Time,
  grantedLeaf: Count,
  state: z.enum(['live', 'ended']),
  why: z.enum(grantEnds).nullable(),
  endedBy: Id.nullable(),
  endLeaf: Count.nullable(),
  endedAt: Time.nullable(),
});

/** Every table with its schema. */
export const tables = {
  idempotency: IdempotencyRow,
  quota: QuotaRow,
  issued: IssuedRow,
  holds: HoldRow,
  challenges: ChallengeRow,
  decisions: DecisionRow,
  signatures: SignatureRow,
  events: EventRow,
  feeds: FeedRow,
  leaves: LeafRow,
  nodes: NodeRow,
  tree: TreeRow,
  checkpoints: CheckpointRow,
  cosignatures: CosignatureRow,
  journals: JournalRow,
  policies: PolicyRow,
  sessions: SessionRow,
  directories: DirectoryRow,
  proposals: ProposalRow,
  grants: GrantRow,
  suspensions: SuspensionRow,
} as const;

export type TableName = keyof typeof tables;
export type RowOf<T extends TableName> = z.infer<(typeof tables)[T]>;
/** The tables as a query builder types them. */
export type Tables = { [T in TableName]: RowOf<T> };
