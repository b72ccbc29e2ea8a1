// The id of a key, as cosign writes it into bundles and envelopes.
import { fromBase64, toBase64 } from '../bytes/base64.ts';
import type { Crypto, PublicKey } from './crypto.ts';

/** base64(SHA-256(DER SubjectPublicKeyInfo)): 44 characters. Refusal `encoding` for an spki that is not base64. */
export function keyId(crypto: Crypto, key: PublicKey): string {
  return toBase64(crypto.sha256(fromBase64(key.spki)));
}
