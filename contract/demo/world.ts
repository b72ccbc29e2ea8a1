// What the demo's world tells a Console when it is ready: where the Signer is, who sits where, with what in hand.
import { z } from 'zod';
import { holdStates } from '../../core/hold/hold.ts';
import { Digest } from '../../core/json/digest.ts';
import { Id, KeyName } from '../../core/name/names.ts';

const Path = z.string().min(1).max(4096);

/** A virtual security key: where its silicon lies, and the PIN that is printed on it. `enrolled`: its id in the directory. */
export const VirtualKeySeat = z.strictObject({
  path: z.string().max(512),
  store: Path,
  name: z.string().max(64),
  serial: z.string().max(64),
  pin: z.string().max(64),
  enrolled: Id.nullable(),
});
export type VirtualKeySeat = z.infer<typeof VirtualKeySeat>;

/** A SoftHSM token that this officer has: `env` lets its driver see this token and no other. */
export const TokenSeat = z.strictObject({
  module: Path,
  env: z.record(z.string(), z.string()),
  label: z.string().max(64),
  pin: z.string().max(64),
  /** The device id or key name that it serves. */
  serves: z.array(z.union([Id, KeyName])).max(8),
});

export type TokenSeat = z.infer<typeof TokenSeat>;

/** One officer's place: a computer of their own, and what lies on its desk. */
export const Seat = z.strictObject({
  officer: Id,
  name: z.string().max(100),
  machine: Id,
  dataDir: Path,
  machineKeys: Path,
  device: Id,
  securityKeys: z.array(VirtualKeySeat).max(8),
  tokens: z.array(TokenSeat).max(8),
});
export type Seat = z.infer<typeof Seat>;

/** The one line on stdout of `demo/world/main.ts`, and the file `world.json` in its state folder while it runs. */
export const WorldReady = z.strictObject({
  ready: z.literal(true),
  pid: z.int(),
  signerUrl: z.string().max(2000),
  ca: z.string().max(20_000),
  pin: Digest,
  tenant: Id,
  hsm: z.boolean(),
  /** The Signer's own HSM, which its custodian brings to a ceremony; `serves` names the token. */
  signerHsm: TokenSeat.nullable(),
  seats: z.array(Seat).min(1).max(16),
  /** Loopback address at which a wish is granted at once: POST a WorldWish with `Authorization: Bearer <token>`; the answer is a WorldAnswer. */
  control: z.strictObject({ url: z.string().max(2000), token: z.string().max(128) }),
});
export type WorldReady = z.infer<typeof WorldReady>;

/**
 * What can be asked of `control`: a submission now, an outage, its end, a withdrawal, what the Signer tells the pipeline of
 * a request, or to stop submitting by itself.
 * `wording`: legal and unwieldy names, or characters that a reader does not see.
 */
export const WorldWish = z.discriminatedUnion('wish', [
  z.strictObject({
    wish: z.literal('submit'),
    document: z.enum(['sbom', 'scan', 'vex', 'promotion', 'keyful', 'blind']),
    wording: z.enum(['plain', 'long', 'hidden']).optional(),
  }),
  z.strictObject({ wish: z.literal('outage') }),
  z.strictObject({ wish: z.literal('outage-ends') }),
  z.strictObject({ wish: z.literal('raise-bypass') }),
  z.strictObject({ wish: z.literal('sign-under-bypass') }),
  z.strictObject({ wish: z.literal('withdraw'), requestId: z.string().max(64) }),
  z.strictObject({ wish: z.literal('status'), requestId: z.string().max(64) }),
  z.strictObject({ wish: z.literal('quiet') }),
  z.strictObject({ wish: z.literal('busy') }),
  z.strictObject({ wish: z.literal('flood'), count: z.int().min(1).max(2000) }),
]);
export type WorldWish = z.infer<typeof WorldWish>;

/**
 * What came of a wish: held, signed at once, refused by the Signer, so many held of a flood, where a request stands (`code`:
 * why it ended, unless signed; `keyId`: with what it was signed), or simply done.
 */
export const WorldAnswer = z.discriminatedUnion('outcome', [
  z.strictObject({
    outcome: z.literal('held'),
    requestId: z.string().max(64),
    matchNumber: z.string().max(16),
  }),
  z.strictObject({ outcome: z.literal('signed'), keyId: KeyName }),
  z.strictObject({ outcome: z.literal('refused'), status: z.int(), code: z.string().max(64) }),
  z.strictObject({ outcome: z.literal('flooded'), held: z.int() }),
  z.strictObject({
    outcome: z.literal('status'),
    state: z.enum(holdStates),
    payloadDigest: Digest,
    code: z.string().max(64).nullable(),
    keyId: KeyName.nullable(),
  }),
  z.strictObject({ outcome: z.literal('done') }),
]);
export type WorldAnswer = z.infer<typeof WorldAnswer>;
