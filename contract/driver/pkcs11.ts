// What can be asked of the PKCS#11 driver, and how it is configured: one driver process for each module.
import { z } from 'zod';
import { KeyAttributes } from '../../core/key/attributes.ts';
import { PublicKey } from '../../core/key/crypto.ts';
import { bytes, call, count, label, nothing } from './call.ts';

/** The PKCS#11 driver's part of `hello`; the module's path crosses here and in no later message. */
export const Pkcs11Config = z.strictObject({
  /** Absolute path of the vendor's library. */
  module: z.string().min(1).startsWith('/'),
  /** SHA-256 of the library in hex: another file is refused. */
  moduleDigest: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
  /** True (for the Signer's own use): a login lasts until the driver ends, so that later calls need no PIN. */
  keepLogin: z.boolean().optional(),
});
export type Pkcs11Config = z.infer<typeof Pkcs11Config>;

/** A token's serial number, as CK_TOKEN_INFO gives it without the padding. */
export const TokenSerial = z.string().min(1).max(16);

/** CKA_ID. */
export const KeyIdBytes = bytes(1, 64);

/** CK_TOKEN_INFO (PKCS#11 2.40, 3.2), with the PIN flags that a person should see before entering one. */
export const Token = z.strictObject({
  label,
  serial: label,
  manufacturer: label,
  model: label,
  firmware: label,
  loginRequired: z.boolean(),
  userPinInitialized: z.boolean(),
  pinCountLow: z.boolean(),
  pinFinalTry: z.boolean(),
  pinLocked: z.boolean(),
  protectedAuthPath: z.boolean(),
});
export type Token = z.infer<typeof Token>;

/** A P-256 key on a token. `uri` is its RFC 7512 name, by token serial and CKA_ID. */
export const TokenKey = z.strictObject({
  uri: z.string().max(1024),
  id: KeyIdBytes,
  label,
  publicKey: PublicKey,
  /** Absent where the private key shows only after a login. */
  attributes: KeyAttributes.optional(),
});
export type TokenKey = z.infer<typeof TokenKey>;

/** RFC 7512 text; parsed by the driver, which refuses `pin-value` and `module-path`. */
export const KeyUri = z.string().min(8).max(1024).startsWith('pkcs11:');

/** The table. `sign`, `key` and `generate` ask for the PIN by `pin-wanted` unless a kept login spares it. */
export const pkcs11Calls = {
  tokens: call(nothing, z.strictObject({ tokens: z.array(Token) })),
  keys: call(z.strictObject({ token: TokenSerial }), z.strictObject({ keys: z.array(TokenKey) })),
  sign: call(
    z.strictObject({
      key: KeyUri,
      /** The whole message; the driver hashes it, so that it can check the signature by itself. */
      message: bytes(1, 32 * 1024 * 1024),
      algorithm: z.literal('ecdsa-p256-sha256'),
    }),
    z.strictObject({ signature: bytes(8, 80), publicKey: PublicKey }),
  ),
  /** The key under a CKA_ID with its attributes, read under a login; null where there is none. Asks for the PIN as `sign` does. */
  key: call(
    z.strictObject({ token: TokenSerial, id: KeyIdBytes }),
    z.strictObject({ key: TokenKey.required().nullable() }),
  ),
  generate: call(z.strictObject({ token: TokenSerial, id: KeyIdBytes, label }), TokenKey),
  /** What the module itself says of itself. */
  module: call(
    nothing,
    z.strictObject({
      manufacturer: label,
      description: label,
      version: label,
      sha256: z.string(),
      slots: count,
    }),
  ),
} as const;
