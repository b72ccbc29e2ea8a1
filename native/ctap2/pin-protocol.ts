// PIN/UV auth protocols one and two (CTAP 2.1, 6.5.6 and 6.5.7): the same four functions, two ways.
import { createCipheriv, createDecipheriv, createHash, createHmac, hkdfSync } from 'node:crypto';
import { DeviceFault } from '../../core/fault/fault.ts';
import type { Random } from '../ctaphid/channel.ts';

/** What both sides derive, encrypt and authenticate with. */
export interface PinProtocol {
  readonly version: 1 | 2;
  /** The shared secret from the x-coordinate of the ECDH point: 32 bytes (one), HMAC key then AES key (two). */
  kdf(z: Uint8Array): Uint8Array;
  encrypt(key: Uint8Array, plain: Uint8Array, random: Random): Uint8Array;
  /** DeviceFault `malformed_reply` for a ciphertext of an impossible length. */
  decrypt(key: Uint8Array, sealed: Uint8Array): Uint8Array;
  authenticate(key: Uint8Array, message: Uint8Array): Uint8Array;
}

const BLOCK = 16;
const ZERO_IV = new Uint8Array(BLOCK);

function hmac(key: Uint8Array, message: Uint8Array): Uint8Array {
  return new Uint8Array(createHmac('sha256', key).update(message).digest());
}

function seal(key: Uint8Array, iv: Uint8Array, plain: Uint8Array): Uint8Array {
  const cipher = createCipheriv('aes-256-cbc', key, iv).setAutoPadding(false);
  return new Uint8Array(Buffer.concat([cipher.update(plain), cipher.final()]));
}

function unseal(key: Uint8Array, iv: Uint8Array, sealed: Uint8Array): Uint8Array {
  if (sealed.length === 0 || sealed.length % BLOCK !== 0) {
    throw new DeviceFault('malformed_reply', `ciphertext of ${sealed.length} bytes`);
  }
  const decipher = createDecipheriv('aes-256-cbc', key, iv).setAutoPadding(false);
  return new Uint8Array(Buffer.concat([decipher.update(sealed), decipher.final()]));
}

/** 6.5.6. */
export const protocolOne: PinProtocol = {
  version: 1,
  kdf: (z) => new Uint8Array(createHash('sha256').update(z).digest()),
  encrypt: (key, plain) => seal(key, ZERO_IV, plain),
  decrypt: (key, sealed) => unseal(key, ZERO_IV, sealed),
  authenticate: (key, message) => hmac(key, message).subarray(0, 16),
};

/** 6.5.7. */
export const protocolTwo: PinProtocol = {
  version: 2,
  kdf(z) {
    const salt = new Uint8Array(32);
    const out = new Uint8Array(64);
    out.set(new Uint8Array(hkdfSync('sha256', z, salt, 'CTAP2 HMAC key', 32)), 0);
    out.set(new Uint8Array(hkdfSync('sha256', z, salt, 'CTAP2 AES key', 32)), 32);
    return out;
  },
  encrypt(key, plain, random) {
    const iv = random(BLOCK);
    return new Uint8Array(Buffer.concat([iv, seal(key.subarray(32), iv, plain)]));
  },
  decrypt: (key, sealed) => unseal(key.subarray(32), sealed.subarray(0, BLOCK), sealed.subarray(BLOCK)),
  authenticate: (key, message) => hmac(key.subarray(0, 32), message),
};

/** The first protocol of the device's list that we speak (6.5.5.4). DeviceFault `device_unsuitable` without one. */
export function firstProtocol(offered: readonly number[]): PinProtocol {
  for (const version of offered) {
    if (version === 1) return protocolOne;
    if (version === 2) return protocolTwo;
  }
  throw new DeviceFault(
    'device_unsuitable',
    `no PIN protocol in common: ${offered.join(', ') || 'none offered'}`,
  );
}
