// Callers' public keys: imported once and kept by thumbprint, because importing costs more than checking.
import { calculateJwkThumbprint, importJWK, type CryptoKey, type JWK } from 'jose';

/** A usable key and the thumbprint (RFC 7638, base64url) under which tokens are bound to it. */
export interface CallerKey {
  readonly key: CryptoKey;
  readonly jkt: string;
}

// RFC 7518, 6.2.2, 6.3.2, 6.4.1 and RFC 8037, 2: members that only a private or secret key has.
const PRIVATE = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'];
const curves: Readonly<Record<string, string>> = { ES256: 'P-256', EdDSA: 'Ed25519' };

/** The algorithms of proofs. */
export const PROOF_ALGORITHMS = Object.keys(curves);

/** True for a public key of the very curve that `alg` names, without any private member. */
export function fitsProof(jwk: JWK, alg: string): boolean {
  const kty = alg === 'ES256' ? 'EC' : 'OKP';
  return jwk.kty === kty && jwk.crv === curves[alg] && !PRIVATE.some((member) => Object.hasOwn(jwk, member));
}

/** Imports keys, keeping at most `most` of them. The returned function throws what jose throws for a bad key. */
export function makeKeyCache(most: number): (jwk: JWK, alg: string) => Promise<CallerKey> {
  const kept = new Map<string, CallerKey>();
  return async (jwk, alg) => {
    const jkt = await calculateJwkThumbprint(jwk, 'sha256');
    const known = kept.get(jkt);
    if (known) {
      kept.delete(jkt); // taken out and put in again: the oldest one in the map is the one least used
      kept.set(jkt, known);
      return known;
    }
    const key = await importJWK({ kty: jwk.kty, crv: jwk.crv, x: jwk.x, y: jwk.y } as JWK, alg);
    if (key instanceof Uint8Array) throw new TypeError('a secret is no public key');
    const made = { key, jkt };
    kept.set(jkt, made);
    const [oldest] = kept.keys();
    if (kept.size > most && oldest !== undefined) kept.delete(oldest);
    return made;
  };
}
