// Software keys that tests make for themselves; no key here outlives its test.
import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import type { PublicKey } from '../../core/key/crypto.ts';

export interface SoftKey {
  readonly key: PublicKey;
  readonly private: KeyObject;
  /** DER for P-256, 64 bytes for Ed25519. */
  sign(message: Uint8Array): Uint8Array;
}

/** A fresh key pair. */
export function softKey(alg: 'ecdsa-p256-sha256' | 'ed25519' = 'ecdsa-p256-sha256'): SoftKey {
  const pair =
    alg === 'ed25519'
      ? generateKeyPairSync('ed25519')
      : generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const spki = pair.publicKey.export({ format: 'der', type: 'spki' }).toString('base64');
  return {
    key: { alg, spki },
    private: pair.privateKey,
    sign: (message) => sign(alg === 'ed25519' ? null : 'sha256', message, pair.privateKey),
  };
}
