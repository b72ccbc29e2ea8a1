// Snapshots of the quieter rooms: bypass grants, devices, keys, the directory and its proposals, settings.
import { z } from 'zod';
import { Digest } from '../../core/json/digest.ts';
import { Id, KeyName, Time, Ulid } from '../../core/name/names.ts';
import { Fault, Revision } from './call.ts';
import { Spoken } from './review.ts';

/** A bypass grant. `spent` of `count`; `why` it ended: `exhausted`, `expired`, `revoked` (by `endedBy`), `poe_returned`. */
export const Grant = z.strictObject({
  grant: Digest,
  requestId: Ulid,
  tenant: Id,
  predicateTypes: z.array(z.string().max(500)).max(32),
  count: z.int(),
  spent: z.int(),
  from: Time,
  until: Time,
  cause: z.string().max(2000),
  raisedBy: z.string().max(200),
  approvedBy: z.array(Id).max(32),
  state: z.enum(['live', 'ended']),
  why: z.string().max(64).nullable(),
  endedBy: Id.nullable(),
  endedAt: Time.nullable(),
});
export type Grant = z.infer<typeof Grant>;
export const Bypass = z.strictObject({ revision: Revision, grants: z.array(Grant).max(1000) });
export type Bypass = z.infer<typeof Bypass>;

/**
 * One device as a card: what the directory knows of it (`enrolled`), what is plugged in (`present`), or both. Texts in
 * `product`, `serial`, `firmware` are the device's own.
 */
export const DeviceCard = z.strictObject({
  card: z.string().max(600),
  kind: z.enum(['security-key', 'hsm']),
  product: z.string().max(512),
  virtual: z.boolean(),
  present: z.boolean(),
  path: z.string().max(512).nullable(),
  serial: z.string().max(512).nullable(),
  firmware: z.string().max(512).nullable(),
  can: z.array(z.string().max(64)).max(32),
  pin: z
    .strictObject({ set: z.boolean(), triesLeft: z.int().nullable(), minLength: z.int().nullable() })
    .nullable(),
  enrolled: z
    .strictObject({
      officer: Id,
      device: Id,
      presence: z.enum(['touch', 'pinpad', 'pin']),
      attestation: z.string().max(32),
      mine: z.boolean(),
    })
    .nullable(),
  fault: Fault.nullable(),
});
export type DeviceCard = z.infer<typeof DeviceCard>;
export const Devices = z.strictObject({
  revision: Revision,
  looking: z.boolean(),
  fault: Fault.nullable(),
  cards: z.array(DeviceCard).max(200),
});
export type Devices = z.infer<typeof Devices>;

/** A key of the Signer. `provider` is its URI's scheme; `asks`: whether what it signs is always held first. */
export const KeyCard = z.strictObject({
  name: KeyName,
  keyid: z.string().max(64),
  use: z.enum(['release', 'log', 'attestation']),
  provider: z.string().max(32),
  algorithm: z.string().max(64),
  approvalOnly: z.boolean(),
  sibling: KeyName.nullable(),
  /** The key whose place it took in a ceremony. */
  replaces: KeyName.nullable(),
  holder: Id.nullable(),
  state: z.enum(['pending', 'active', 'retiring', 'revoked', 'compromised']),
  notBefore: Time,
  notAfter: Time.nullable(),
  tenants: z.array(Id).max(256),
  /** While an officer stopped it: the suspension that lasts longest. */
  suspended: z
    .strictObject({ officer: Id, reason: z.string().max(2000), from: Time, until: Time })
    .nullable(),
});
export type KeyCard = z.infer<typeof KeyCard>;
export const Keys = z.strictObject({ revision: Revision, keys: z.array(KeyCard).max(500) });
export type Keys = z.infer<typeof Keys>;

/** One difference between two versions of the directory: a stable code, and the facts for its sentence. */
export const DirectoryFact = z.strictObject({
  code: z.string().max(64),
  facts: z.record(z.string().max(64), z.string().max(100_000)),
});
export type DirectoryFact = z.infer<typeof DirectoryFact>;
export const Proposal = z.strictObject({
  digest: Digest,
  words: z.array(z.string().max(32)).max(24),
  version: z.int(),
  proposedBy: Id,
  at: Time,
  changes: z.array(DirectoryFact).max(2000),
  signedBy: z.array(Id).max(32),
  needed: z.int(),
  may: Fault.nullable(),
});
export type Proposal = z.infer<typeof Proposal>;
export const DirectoryRoom = z.strictObject({
  revision: Revision,
  version: z.int().nullable(),
  current: Spoken.nullable(),
  pin: Spoken,
  issuedAt: Time.nullable(),
  officers: z
    .array(
      z.strictObject({
        id: Id,
        name: z.string().max(100),
        roles: z.array(Id).max(16),
        devices: z.int(),
      }),
    )
    .max(500),
  proposals: z.array(Proposal).max(64),
});
export type DirectoryRoom = z.infer<typeof DirectoryRoom>;

/** A value and where it comes from; `fixed`: the organisation's policy file says so, and nobody changes it here. */
const valued = <T extends z.ZodType>(value: T) =>
  z.strictObject({
    value,
    origin: z.enum(['default', 'person', 'system', 'demo', 'policy-file']),
    fixed: z.boolean(),
  });
export const appearances = ['system', 'light', 'dark', 'contrast'] as const;
export const languages = ['system', 'en', 'de'] as const;
export const Settings = z.strictObject({
  revision: Revision,
  appearance: valued(z.enum(appearances)),
  language: valued(z.enum(languages)),
  notifications: valued(z.boolean()),
  signerUrl: valued(z.string().max(2000)),
  pin: valued(Digest),
  ca: valued(z.array(z.strictObject({ subject: z.string().max(500), sha256: z.string().max(128) })).max(16)),
  modules: valued(z.array(z.strictObject({ path: z.string().max(4096), found: z.boolean() })).max(16)),
  dataDir: valued(z.string().max(4096)),
});
export type Settings = z.infer<typeof Settings>;
