// A caller as a pipeline would write it: a key, DPoP proofs (RFC 9449), and hooks to make each member wrong.
import { createHash, randomUUID } from 'node:crypto';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK } from 'jose';

/** What a proof says; `undefined` leaves a member out. */
export interface ProofParts {
  readonly htm: string;
  readonly htu: string;
  readonly token?: string;
  readonly nonce?: string | undefined;
  /** Claims in place of, or beside, those that follow from the rest. */
  readonly claims?: Record<string, unknown>;
  readonly header?: Record<string, unknown>;
}

/** A caller with a key of its own. */
export interface DpopClient {
  readonly jkt: string;
  readonly jwk: JWK;
  readonly privateJwk: JWK;
  readonly key: CryptoKey;
  proof(parts: ProofParts): Promise<string>;
}

export const athOf = (token: string): string => createHash('sha256').update(token).digest('base64url');

/** Makes a caller with a fresh key. */
export async function dpopClient(alg: 'ES256' | 'EdDSA' = 'ES256'): Promise<DpopClient> {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
  const jwk = await exportJWK(publicKey);
  return {
    jkt: await calculateJwkThumbprint(jwk),
    jwk,
    privateJwk: await exportJWK(privateKey),
    key: privateKey,
    proof({ htm, htu, token, nonce, claims = {}, header = {} }) {
      const all = {
        jti: randomUUID(),
        htm,
        htu,
        iat: Math.floor(Date.now() / 1000),
        ...(token === undefined ? {} : { ath: athOf(token) }),
        ...(nonce === undefined ? {} : { nonce }),
        ...claims,
      };
      return new SignJWT(all).setProtectedHeader({ typ: 'dpop+jwt', alg, jwk, ...header }).sign(privateKey);
    },
  };
}
