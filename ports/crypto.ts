// core's Crypto port over node:crypto, with imported keys cached because importing costs more than checking.
import { createHash, createPublicKey, verify, type KeyObject } from 'node:crypto';
import type { Algorithm, Crypto, PublicKey } from '../core/key/crypto.ts';

const CACHE_LIMIT = 512;
const cache = new Map<string, KeyObject>();

function fits(key: KeyObject, alg: Algorithm): boolean {
  if (alg === 'ed25519') return key.asymmetricKeyType === 'ed25519';
  if (alg === 'rsa-pkcs1-sha256')
    return key.asymmetricKeyType === 'rsa' && (key.asymmetricKeyDetails?.modulusLength ?? 0) >= 2048;
  return key.asymmetricKeyType === 'ec' && key.asymmetricKeyDetails?.namedCurve === 'prime256v1';
}

function imported(key: PublicKey): KeyObject | undefined {
  const name = `${key.alg}:${key.spki}`;
  const known = cache.get(name);
  if (known) return known;
  try {
    const made = createPublicKey({ key: Buffer.from(key.spki, 'base64'), format: 'der', type: 'spki' });
    if (!fits(made, key.alg)) return undefined;
    if (cache.size >= CACHE_LIMIT) cache.clear();
    cache.set(name, made);
    return made;
  } catch {
    return undefined; // not a key: the port promises false, never a throw
  }
}

/** The Crypto port. ECDSA signatures are DER; a key whose type does not fit its `alg` never verifies. */
export const nodeCrypto: Crypto = {
  sha256: (data) => createHash('sha256').update(data).digest(),
  verify(key, message, signature) {
    const object = imported(key);
    if (!object) return false;
    try {
      return verify(key.alg === 'ed25519' ? null : 'sha256', message, object, signature);
    } catch {
      return false; // an undecodable signature is a wrong signature
    }
  },
};
