// Keys and signatures made in a test by node:crypto, in the forms that core speaks.
import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import type { PublicKey } from '../../core/key/crypto.ts';

export interface TestKey {
  readonly key: PublicKey;
  /** Signs a whole message: ECDSA in DER, Ed25519 as in RFC 8032. */
  readonly sign: (message: Uint8Array) => Uint8Array;
}

function testKey(alg: PublicKey['alg'], publicKey: KeyObject, privateKey: KeyObject): TestKey {
  const spki = publicKey.export({ format: 'der', type: 'spki' }).toString('base64');
  const hash = alg === 'ed25519' ? null : 'sha256';
  return { key: { alg, spki }, sign: (message) => new Uint8Array(sign(hash, message, privateKey)) };
}

/** A new P-256 key. */
export function p256Key(): TestKey {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return testKey('ecdsa-p256-sha256', publicKey, privateKey);
}

/** A new Ed25519 key. */
export function ed25519Key(): TestKey {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  return testKey('ed25519', publicKey, privateKey);
}

/** A new RSA key of 2048 bits. */
export function rsaKey(): TestKey {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return testKey('rsa-pkcs1-sha256', publicKey, privateKey);
}

/** The bytes with one bit flipped; bit 0 is the lowest of the first byte. */
export function flipBit(bytes: Uint8Array, bit: number): Uint8Array {
  const flipped = Uint8Array.from(bytes);
  const at = Math.floor(bit / 8);
  flipped[at] = (flipped[at] ?? 0) ^ (1 << (bit % 8));
  return flipped;
}
