// An act: one thing that a device does for its officer, in the authorize document, drawn from main's data alone.
import { z } from 'zod';
import { Id, KeyName, Time, Ulid } from '../../core/name/names.ts';
import { KeyTitle } from '../../core/directory/key-title.ts';
import { HoldKind } from '../../core/policy/policy.ts';
import { Flag } from '../../core/review/view.ts';
import { Fault, Revision } from './call.ts';
import { CeremonyPurpose } from './ceremony.ts';
import { Quorum, QueueRow } from './queue.ts';
import { Change, Claim, Spoken } from './review.ts';
import { DirectoryFact } from './rooms.ts';

/** What a decision, or an officer-held key's signature, is about: all that must be seen before the PIN. */
const AboutRequest = z.strictObject({
  requestId: Ulid,
  kind: HoldKind,
  tenant: Id,
  requester: z.string().max(200),
  document: z.string().max(64),
  predicateType: z.string(),
  /** Each text is a beginning of at most 300 characters; `size` is how long it is. */
  subjects: z.array(z.strictObject({ name: z.string(), size: z.int(), sha256: z.string() })).max(4),
  subjectCount: z.int(),
  /** What signs it, by what the directory says of each key. */
  keys: z.array(KeyTitle).max(8),
  failed: QueueRow.shape.failed,
  flags: z.array(Flag).max(64),
  locks: z.array(Fault).max(32),
  /**
   * What the document says first, by its type. A path without a leading `/` is no JSON Pointer but the stable name of
   * something that was counted here (`components`, `severity.critical`, `status.fixed`), or stands for several claims.
   */
  headline: z.array(Claim).max(12),
  claims: z.int(),
  changes: z.array(Change).max(12),
  changeCount: z.int(),
  baseline: z.boolean(),
  notRenderedBytes: z.int(),
  payloadBytes: z.int(),
  payload: Spoken,
  view: Spoken,
  match: z.string().max(16),
  quorum: Quorum,
  expires: Time,
});
export type AboutRequest = z.infer<typeof AboutRequest>;

/** What the act is, with all that the person must see before the PIN. */
export const Purpose = z.discriminatedUnion('purpose', [
  z.strictObject({ purpose: z.literal('decide'), about: AboutRequest, chosen: z.enum(['approve', 'deny']) }),
  z.strictObject({ purpose: z.literal('sign-held'), about: AboutRequest, key: KeyTitle }),
  z.strictObject({ purpose: z.literal('sign-in'), officer: Id, machine: Id, signer: Spoken }),
  z.strictObject({ purpose: z.literal('enrol'), officer: Id, device: Id, product: z.string().max(512) }),
  z.strictObject({
    purpose: z.literal('directory'),
    version: z.int(),
    digest: Spoken,
    proposedBy: Id,
    changes: z.array(DirectoryFact).max(2000),
    signedBy: z.array(Id).max(32),
    needed: z.int(),
  }),
  z.strictObject({ purpose: z.literal('suspend'), key: KeyName, officer: Id, signer: Spoken }),
  CeremonyPurpose,
  z.strictObject({ purpose: z.literal('set-pin'), product: z.string().max(512), change: z.boolean() }),
]);
export type Purpose = z.infer<typeof Purpose>;

/** A device that could do it. `fault`: why it cannot now. */
export const ActDevice = z.strictObject({
  device: Id,
  kind: z.enum(['security-key', 'hsm']),
  name: z.string().max(512),
  virtual: z.boolean(),
  present: z.boolean(),
  presence: z.enum(['touch', 'pinpad', 'pin']),
  fault: Fault.nullable(),
});
export type ActDevice = z.infer<typeof ActDevice>;

/** One touch of several that make one act. */
const Step = z.strictObject({ step: z.int().min(1).max(9), steps: z.int().min(1).max(9) });

/**
 * Where it stands; each is one true line for the person. `reading`: nothing was begun. `connecting`: the
 * Signer is asked for what the device will sign. `looking`: for the device. `choosing`: several keys blink, and a touch
 * says which one is meant. `stopping`: it was cancelled, and the device has not let go yet. `touch`: only while the device
 * waits for it; `until`: that wait ends then at the latest, by itself; `step` of `steps`, where an act takes several
 * touches. `sending`: the device has signed and the outcome is durable. `recorded`: this Console verified the leaf.
 * `kept`: signed and durable here, not recorded yet. `ended`: done, for acts that the log does not record.
 */
export const Phase = z.discriminatedUnion('at', [
  z.strictObject({ at: z.literal('reading') }),
  z.strictObject({ at: z.literal('connecting') }),
  z.strictObject({ at: z.literal('looking') }),
  z.strictObject({ at: z.literal('choosing'), until: Time.nullable() }),
  z.strictObject({
    at: z.literal('pin'),
    purpose: z.enum(['current', 'new']),
    minLength: z.int(),
    retries: z.int().nullable(),
    countLow: z.boolean(),
    finalTry: z.boolean(),
    /** The fault of the try before, for example `pin_invalid`. */
    after: Fault.nullable(),
    until: Time.nullable(),
    step: Step.nullable(),
  }),
  z.strictObject({ at: z.literal('processing') }),
  z.strictObject({ at: z.literal('stopping') }),
  z.strictObject({
    at: z.literal('touch'),
    virtual: z.boolean(),
    until: Time.nullable(),
    step: Step.nullable(),
  }),
  z.strictObject({ at: z.literal('sending') }),
  z.strictObject({
    at: z.literal('recorded'),
    leaf: z.int(),
    size: z.int(),
    /** Who cosigned that checkpoint beside this machine. */
    witnesses: z.array(z.string().max(300)).max(64),
    /** Approvals that are still missing, by what this Console verified; null after a denial, which ends the request. */
    missing: z.int().nullable(),
  }),
  z.strictObject({ at: z.literal('kept'), fault: Fault }),
  z.strictObject({ at: z.literal('ended') }),
  /** Nothing was sent, unless `sent`. `again`: trying once more makes sense. */
  z.strictObject({ at: z.literal('failed'), fault: Fault, sent: z.boolean(), again: z.boolean() }),
  /** The request changed or ended under the act: it closes, and nothing was sent. */
  z.strictObject({ at: z.literal('overtaken'), fault: Fault }),
]);
export type Phase = z.infer<typeof Phase>;

/** `armedAt`: from when on, in this machine's clock, it may be begun; before that nobody can have read it. */
export const Act = z.strictObject({
  revision: Revision,
  act: z.string().max(64),
  what: Purpose,
  devices: z.array(ActDevice).max(64),
  device: Id.nullable(),
  phase: Phase,
  armedAt: Time,
  appearance: z.enum(['light', 'dark', 'contrast']),
  language: z.enum(['en', 'de']),
});
export type Act = z.infer<typeof Act>;

/** Begins it: the verdict and reason of a decision, the reason of a suspension, and the device. */
export const Begin = z.strictObject({
  act: z.string().max(64),
  verdict: z.enum(['approve', 'deny']).nullable(),
  reason: z.string().max(2000),
  device: Id.nullable(),
});
export type Begin = z.infer<typeof Begin>;

/** A PIN as bytes, in a message of its own; main zeroes what it received once the driver has it. */
export const Pin = z.strictObject({
  act: z.string().max(64),
  bytes: z.custom<Uint8Array>((v) => v instanceof Uint8Array && v.length >= 1 && v.length <= 255, {
    error: 'expected 1 to 255 bytes',
  }),
});

/**
 * Hardware as it is drawn, in demo mode only: a virtual security key, or a software token, which has no button and no plug.
 * `waiting`: its light blinks. The PIN is printed on it.
 */
export const VirtualKey = z.strictObject({
  revision: Revision,
  kind: z.enum(['security-key', 'token']),
  path: z.string().max(512),
  name: z.string().max(64),
  serial: z.string().max(64),
  officer: Id,
  printedPin: z.string().max(64),
  plugged: z.boolean(),
  waiting: z.boolean(),
  appearance: z.enum(['light', 'dark', 'contrast']),
  language: z.enum(['en', 'de']),
});
export type VirtualKey = z.infer<typeof VirtualKey>;
