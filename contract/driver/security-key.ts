// What can be asked of the security-key driver (FIDO2 over CTAPHID), and how it is configured.
import { z } from 'zod';
import { PublicKey } from '../../core/key/crypto.ts';
import { bytes, call, count, label, nothing } from './call.ts';

/** A device's name within its driver: opaque, stable while it stays plugged in. */
export const DevicePath = z.string().min(1).max(512);

/** WebAuthn's relying-party id: a domain in lower case. */
export const RpId = z
  .string()
  .min(1)
  .max(253)
  .regex(/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/);

/** A credential id (CTAP 2.1, 6.1): at most 1023 bytes. */
export const CredentialId = bytes(1, 1023);

const clientDataHash = bytes(32, 32);
const aaguid = z.uuid();

/** What touch script a virtual key follows: one step is used up by each request for presence. */
export const TouchStep = z.union([
  z.enum(['touch', 'deny', 'timeout', 'unplug']),
  z.string().regex(/^delay:\d{1,6}$/),
]);
export type TouchStep = z.infer<typeof TouchStep>;

/** `ask`: the person is asked by an `ask-touch` event; `auto`: always touched; a list: scripted, then denied. */
export const TouchPolicy = z.union([z.enum(['ask', 'auto']), z.array(TouchStep).max(10_000)]);
export type TouchPolicy = z.infer<typeof TouchPolicy>;

/** A virtual security key: a test or demo device whose private keys lie in the file `store` (0600). */
export const VirtualKeyConfig = z.strictObject({
  kind: z.literal('virtual'),
  path: DevicePath,
  /** Absolute path of the file that keeps credentials, PIN state and counters. */
  store: z.string().min(1).startsWith('/'),
  touch: TouchPolicy,
  /** Milliseconds after which an unanswered request for presence fails; 30,000 when left out. */
  touchTimeoutMs: z.int().min(1).max(600_000).optional(),
  serial: z.string().min(1).max(64).optional(),
  /** Shown after the word VIRTUAL. */
  name: z.string().min(1).max(64).optional(),
  /** Whether it is plugged in when the driver starts; true when left out. */
  plugged: z.boolean().optional(),
});
export type VirtualKeyConfig = z.infer<typeof VirtualKeyConfig>;

/** The security-key driver's part of `hello`. With `hid` real keys are there too, beside the virtual ones. */
export const SecurityKeyConfig = z.strictObject({
  devices: z.array(VirtualKeyConfig).max(32),
  hid: z.boolean().optional(),
});
export type SecurityKeyConfig = z.infer<typeof SecurityKeyConfig>;

/** A device that is plugged in. */
export const Device = z.strictObject({
  path: DevicePath,
  product: label,
  virtual: z.boolean(),
  serial: label.optional(),
});
export type Device = z.infer<typeof Device>;

/** authenticatorGetInfo (CTAP 2.1, 6.4), with the PIN state that a person should know before entering one. */
export const KeyInfo = z.strictObject({
  versions: z.array(label),
  extensions: z.array(label),
  aaguid,
  options: z.record(z.string().max(64), z.boolean()),
  pinProtocols: z.array(count),
  transports: z.array(label),
  maxMsgSize: count,
  minPinLength: count,
  pinSet: z.boolean(),
  forcePinChange: z.boolean(),
  alwaysUv: z.boolean(),
  canWink: z.boolean(),
  /** Wrong PINs left in all; absent while no PIN is set. */
  pinRetries: count.optional(),
  /** True: it must be pulled out and plugged in again before a PIN is looked at. */
  replugFirst: z.boolean(),
  uvRetries: count.optional(),
  remainingCredentials: count.optional(),
  firmware: count.optional(),
});
export type KeyInfo = z.infer<typeof KeyInfo>;

const onDevice = z.strictObject({ path: DevicePath });

/** The table. Calls that need a PIN ask for it by `pin-wanted`, after reading how many tries are left. */
export const securityKeyCalls = {
  /** `missing` says why real keys cannot be seen although they were asked for. */
  list: call(nothing, z.strictObject({ devices: z.array(Device), missing: label.optional() })),
  info: call(onDevice, KeyInfo),
  'make-credential': call(
    z.strictObject({
      path: DevicePath,
      rpId: RpId,
      rpName: label.optional(),
      userId: bytes(1, 64),
      userName: label,
      clientDataHash,
      exclude: z.array(CredentialId).max(64).optional(),
    }),
    z.strictObject({
      credentialId: CredentialId,
      publicKey: PublicKey,
      aaguid,
      fmt: label,
      authenticatorData: bytes(37, 8192),
      /** CBOR in WebAuthn's form (`fmt`, `attStmt`, `authData`). */
      attestationObject: bytes(37, 16_384),
      counter: count,
    }),
  ),
  'get-assertion': call(
    z.strictObject({
      path: DevicePath,
      rpId: RpId,
      clientDataHash,
      /** With `publicKey` the signature is checked against the enrolled key before it is returned. */
      allow: z
        .array(z.strictObject({ id: CredentialId, publicKey: PublicKey.optional() }))
        .min(1)
        .max(1000),
    }),
    z.strictObject({
      credentialId: CredentialId,
      authenticatorData: bytes(37, 8192),
      signature: bytes(8, 1024),
      counter: count,
    }),
  ),
  /**
   * Whether the key answers for this credential without a touch and without a PIN (6.2.2, `up` false). False also for one
   * that it shows to a verified person only.
   */
  knows: call(
    z.strictObject({ path: DevicePath, rpId: RpId, id: CredentialId }),
    z.strictObject({ knows: z.boolean() }),
  ),
  'set-pin': call(onDevice, nothing),
  'change-pin': call(onDevice, nothing),
  wink: call(onDevice, nothing),
  /** Blinks the named devices, or all; the first one touched is the answer, the others are cancelled. */
  select: call(z.strictObject({ paths: z.array(DevicePath).min(1).max(32).optional() }), onDevice),
  /**
   * Virtual keys only: pulls the key out, whatever it is doing (its call ends with `device_gone`, and it is no longer
   * listed), and plugs it in. Neither waits for a turn; doing it twice changes nothing.
   */
  unplug: call(onDevice, nothing),
  plug: call(onDevice, nothing),
  /** Virtual keys only: both, one after the other. */
  replug: call(onDevice, nothing),
} as const;
