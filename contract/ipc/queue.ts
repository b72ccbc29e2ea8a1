// The inbox: one row a hold, with everything that a row shows. Texts of requesters are data, never markup.
import { z } from 'zod';
import { Digest } from '../../core/json/digest.ts';
import { Id, Time, Ulid } from '../../core/name/names.ts';
import { holdStates } from '../../core/hold/hold.ts';
import { HoldKind } from '../../core/policy/policy.ts';
import { Fault, Revision } from './call.ts';

/** One voice so far. */
export const Voice = z.strictObject({
  officer: Id,
  verdict: z.enum(['approve', 'deny']),
  at: Time,
  reason: z.string().max(2000),
});
export type Voice = z.infer<typeof Voice>;

/** `needed` approvals in all, `given` of them so far. */
export const Quorum = z.strictObject({ needed: z.int(), given: z.int(), voices: z.array(Voice).max(32) });
export type Quorum = z.infer<typeof Quorum>;

/**
 * `document` is a stable short name of the document type (`sbom-cyclonedx`, `vex-openvex`, ..., `blind`), null until this
 * Console has fetched and decoded the payload. `may`: null when this officer may decide, else why not.
 * `act`: what this officer can do now. `delivery`: what became of an own decision, `leaf`: where it is recorded, once this Console has verified that. `lock`: what this Console found wrong with
 * the payload already; null as long as nothing is known.
 */
export const QueueRow = z.strictObject({
  requestId: Ulid,
  requestDigest: Digest,
  tenant: Id,
  kind: HoldKind,
  state: z.enum(holdStates),
  document: z.string().max(64).nullable(),
  subject: z.string().max(500).nullable(),
  subjects: z.int(),
  requester: z.string().max(200),
  keys: z.array(z.string().max(512)).max(8),
  failed: z.array(z.strictObject({ gate: z.string().max(64), code: z.string().max(64) })).max(16),
  quorum: Quorum,
  mine: z.enum(['approve', 'deny']).nullable(),
  may: Fault.nullable(),
  act: z.enum(['decide', 'sign-held', 'wait']),
  delivery: z.enum(['waiting', 'recorded', 'withheld']).nullable(),
  leaf: z.int().nullable(),
  lock: Fault.nullable(),
  receivedAt: Time,
  expires: Time,
});
export type QueueRow = z.infer<typeof QueueRow>;

/** The whole inbox. `whole` is false until the Signer's first answer; `asOf` is when it was last confirmed. */
export const Queue = z.strictObject({
  revision: Revision,
  whole: z.boolean(),
  asOf: Time.nullable(),
  rows: z.array(QueueRow).max(20_000),
});
export type Queue = z.infer<typeof Queue>;
