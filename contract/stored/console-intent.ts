// What this Console is about to have signed: written before a device is asked (protocol.md 6 and 7).
import { z } from 'zod';
import { Role } from '../../core/ceremony/script.ts';
import { Decision } from '../../core/decision/decision.ts';
import { Suspension } from '../../core/decision/suspension.ts';
import { Digest } from '../../core/json/digest.ts';
import { Id, KeyName, Ulid } from '../../core/name/names.ts';

/** A decision, exactly as the device will sign it. A touch that is tried again signs these bytes again. */
export const DecisionIntent = z.strictObject({ event: z.literal('intent'), decision: Decision });
export type DecisionIntent = z.infer<typeof DecisionIntent>;

/** A next version of the directory: by its digest, after which version, with which of this officer's devices. */
export const DirectoryIntent = z.strictObject({
  event: z.literal('directory-intent'),
  directory: Digest,
  version: z.int().min(2),
  proposedBy: Id,
  device: Id,
  /** How many differences were shown, the heading's included. */
  changes: z.int().min(1),
});
export type DirectoryIntent = z.infer<typeof DirectoryIntent>;

/** A person's device in a ceremony: what it is about to sign, by its digest. Rehearsals are not written down here: nothing of them is real. */
export const CeremonyIntent = z.strictObject({
  event: z.literal('ceremony-intent'),
  ceremony: Ulid,
  n: z.int().min(0),
  step: Id,
  role: Role,
  officer: Id,
  device: Id,
  /** Of the step, or of the next version of the directory. */
  object: Digest,
});
export type CeremonyIntent = z.infer<typeof CeremonyIntent>;

/** A held key's signature over a payload, after the quorum of these decisions (digests of the sealed forms). */
export const HeldIntent = z.strictObject({
  event: z.literal('held-intent'),
  requestId: Ulid,
  requestDigest: Digest,
  payloadDigest: Digest,
  key: KeyName,
  decisions: z.array(Digest).min(1).max(32),
});
export type HeldIntent = z.infer<typeof HeldIntent>;

/** An order to suspend a key, exactly as the device will sign it, by its digest. */
export const SuspensionIntent = z.strictObject({
  event: z.literal('suspension-intent'),
  order: Digest,
  suspension: Suspension,
});
export type SuspensionIntent = z.infer<typeof SuspensionIntent>;
