// The Console's journal on disk: one canonical JSON line for each record, chained, under a signed head.
import { z } from 'zod';
import { Base64 } from '../../core/bytes/form.ts';
import { Sealed, ViewRef } from '../../core/decision/decision.ts';
import { SealedSuspension } from '../../core/decision/suspension.ts';
import { Digest } from '../../core/json/digest.ts';
import { Head } from '../../core/log/head.ts';
import { Leaf } from '../../core/log/record.ts';
import { Bytes32, Id, KeyName, Time, Ulid } from '../../core/name/names.ts';
import { HoldKind } from '../../core/policy/policy.ts';
import { DirectorySignature } from '../../core/trust/chain.ts';
import {
  CeremonyIntent,
  DecisionIntent,
  DirectoryIntent,
  HeldIntent,
  SuspensionIntent,
} from './console-intent.ts';

const Code = z.string().max(64);
const KeyIdText = Base64.length(44);

/** What the officer was shown at the top of a review; texts by their beginning, of many subjects the first few. */
const ShownHeadline = z.strictObject({
  kind: HoldKind,
  document: z.string().max(64),
  predicateType: z.string().max(500),
  subjects: z.array(z.strictObject({ name: z.string().max(500), sha256: z.string().max(500) })).max(4),
  subjectCount: z.int().min(0),
  requester: z.string().max(200),
  tenant: Id,
  keys: z.array(z.string().max(512)).max(8),
  failed: z.array(z.string().max(200)).max(16),
  claims: z.int().min(0),
  notRenderedBytes: z.int().min(0),
  dangers: z.array(z.string().max(64)).max(64),
});

/**
 * What can happen, by `event`. `shown`: a review was opened, with the codes that lock it. `intent`, `outcome`, `failed`:
 * before, after and instead of a device's signature. `sent`: it leaves now. `not-sent`: it will never leave;
 * `earlier` says that it had left once and the Signer did not know it. `refused`: the Signer said no.
 * `revoking`, `revoked`: before and after a bypass grant is taken back; `code` says why it was not.
 * `evidenced`: its leaf was verified. `held-*`: the same for the signature of a key that this officer holds.
 * `directory-*`: the same for a next version of the directory; `directory`: a version is in force here. `enrol-*`: a new device.
 * `suspension-*`: the same for an order to suspend a key; `key-suspended`: some officer's order counts, verified here.
 * `ceremony-*`: a device at work for a real ceremony, whose own record holds what it signed.
 */
export const JournalEntry = z.discriminatedUnion('event', [
  z.strictObject({ event: z.literal('started'), build: z.string().max(200), secrets: z.string().max(64) }),
  z.strictObject({ event: z.literal('signed-in'), officer: Id, device: Id, session: Digest }),
  z.strictObject({
    event: z.literal('shown'),
    requestId: Ulid,
    requestDigest: Digest,
    payloadDigest: Digest,
    view: ViewRef,
    context: Digest,
    headline: ShownHeadline,
    locks: z.array(Code).max(16),
  }),
  DecisionIntent,
  z.strictObject({ event: z.literal('outcome'), sealed: Sealed }),
  z.strictObject({ event: z.literal('failed'), requestId: Ulid, challenge: Bytes32, code: Code }),
  z.strictObject({ event: z.literal('sent'), challenge: Bytes32 }),
  z.strictObject({ event: z.literal('not-sent'), challenge: Bytes32, code: Code, earlier: z.boolean() }),
  z.strictObject({ event: z.literal('refused'), challenge: Bytes32, code: Code }),
  z.strictObject({ event: z.literal('evidenced'), challenge: Bytes32, leaf: Leaf, head: Head }),
  HeldIntent,
  z.strictObject({
    event: z.literal('held-outcome'),
    requestId: Ulid,
    keyid: KeyIdText,
    sig: Base64.max(1400),
  }),
  z.strictObject({ event: z.literal('held-failed'), requestId: Ulid, code: Code }),
  z.strictObject({ event: z.literal('held-ended'), requestId: Ulid, code: Code.nullable() }),
  DirectoryIntent,
  z.strictObject({
    event: z.literal('directory-outcome'),
    directory: Digest,
    signature: DirectorySignature,
  }),
  z.strictObject({ event: z.literal('directory-failed'), directory: Digest, code: Code }),
  z.strictObject({ event: z.literal('directory-sent'), directory: Digest }),
  z.strictObject({ event: z.literal('directory-ended'), directory: Digest, code: Code.nullable() }),
  z.strictObject({ event: z.literal('directory'), version: z.int().min(1), digest: Digest }),
  CeremonyIntent,
  z.strictObject({ event: z.literal('ceremony-outcome'), ceremony: Ulid, object: Digest, device: Id }),
  z.strictObject({ event: z.literal('ceremony-failed'), ceremony: Ulid, object: Digest, code: Code }),
  z.strictObject({ event: z.literal('enrol-intent'), device: Id }),
  z.strictObject({ event: z.literal('enrol-outcome'), device: Id, enrolment: Digest }),
  z.strictObject({ event: z.literal('enrol-failed'), device: Id, code: Code }),
  SuspensionIntent,
  z.strictObject({ event: z.literal('suspension-outcome'), order: Digest, sealed: SealedSuspension }),
  z.strictObject({ event: z.literal('suspension-failed'), order: Digest, code: Code }),
  z.strictObject({ event: z.literal('suspension-ended'), order: Digest, code: Code.nullable() }),
  z.strictObject({
    event: z.literal('key-suspended'),
    order: Digest,
    key: KeyName,
    officer: Id,
    until: Time,
  }),
  z.strictObject({ event: z.literal('alarm'), code: Code, about: z.string().max(200) }),
  z.strictObject({ event: z.literal('gap'), tenant: Id, after: z.int().min(0), seq: z.int().min(0) }),
  z.strictObject({ event: z.literal('revoking'), grant: Digest, reason: z.string().max(2000) }),
  z.strictObject({ event: z.literal('revoked'), grant: Digest, code: Code.nullable() }),
  z.strictObject({ event: z.literal('device'), device: z.string().max(512), code: Code }),
]);
export type JournalEntry = z.infer<typeof JournalEntry>;

/** One line: its place from 0, the SHA-256 of the line before (of nothing for the first), and what happened. */
export const JournalRecord = z.strictObject({
  v: z.literal(1),
  seq: z.int().min(0),
  prev: Digest,
  at: Time,
  entry: JournalEntry,
});
export type JournalRecord = z.infer<typeof JournalRecord>;

/** A line in bytes is no longer than this (without the newline). */
export const LONGEST_LINE = 64 * 1024;

/** The head file: how the journal stood after its last record, signed by the machine's key (DER, base64). */
export const JournalHead = z.strictObject({ v: z.literal(1), head: Head, signature: Base64.min(8).max(200) });
export type JournalHead = z.infer<typeof JournalHead>;
