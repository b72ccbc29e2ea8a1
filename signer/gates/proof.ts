// One DPoP proof (RFC 9449, 4.3): every check but whether it was used before and whether its nonce is live.
import { createHash } from 'node:crypto';
import { compactVerify, decodeProtectedHeader, errors, type CryptoKey, type JWK } from 'jose';
import { z } from 'zod';
import { CallerFault, isFault } from '../../core/fault/fault.ts';
import { parseStrict } from '../../core/json/parse.ts';
import { normalUrl } from './htu.ts';
import { fitsProof, PROOF_ALGORITHMS, type CallerKey } from './keys.ts';

/** How far a proof's `iat` may lie from the Signer's clock, in seconds; freshness itself comes from the nonce. */
export const IAT_WINDOW = 60;

const LONGEST_PROOF = 8192;

const Header = z.object({
  typ: z.literal('dpop+jwt'),
  alg: z.enum(['ES256', 'EdDSA']),
  jwk: z.looseObject({
    kty: z.string(),
    crv: z.string(),
    x: z.string().max(100),
    y: z.string().max(100).optional(),
  }),
});

const Claims = z.looseObject({
  jti: z.string().min(8).max(256),
  htm: z.string(),
  htu: z.string(),
  iat: z.number(),
  ath: z.string().optional(),
  nonce: z.string().max(256).optional(),
});

/** What a good proof says. `jkt` is the thumbprint of the key that signed it. */
export interface Proof {
  readonly jkt: string;
  readonly jti: string;
  readonly nonce: string | undefined;
}

/** What a proof must fit. `now` is Unix milliseconds; `accessToken` is absent where none goes with it (RFC 9449, 5). */
export interface Expected {
  readonly htm: string;
  readonly url: string;
  readonly accessToken?: string;
  readonly now: number;
}

const refuse = (why: string, cause?: unknown): CallerFault => new CallerFault('proof_invalid', why, cause);

/** base64url(SHA-256(token)) (RFC 9449, 4.2). */
export function accessTokenHash(token: string): string {
  return createHash('sha256').update(token, 'ascii').digest('base64url');
}

function headerOf(proof: string): { alg: string; jwk: JWK } {
  try {
    const { alg, jwk } = Header.parse(decodeProtectedHeader(proof));
    return { alg, jwk: jwk as JWK };
  } catch (thrown) {
    throw refuse('header', thrown);
  }
}

async function payloadOf(proof: string, key: CryptoKey, alg: string): Promise<z.infer<typeof Claims>> {
  try {
    const { payload } = await compactVerify(proof, key, { algorithms: [alg] });
    return Claims.parse(parseStrict(payload, { numbers: 'double' }));
  } catch (thrown) {
    const bad = thrown instanceof errors.JOSEError || thrown instanceof z.ZodError || isFault(thrown);
    if (bad) throw refuse(thrown instanceof errors.JOSEError ? 'signature' : 'claims', thrown);
    throw thrown;
  }
}

async function keyOf(
  jwk: JWK,
  alg: string,
  keys: (jwk: JWK, alg: string) => Promise<CallerKey>,
): Promise<CallerKey> {
  if (!PROOF_ALGORITHMS.includes(alg) || !fitsProof(jwk, alg)) throw refuse('jwk');
  try {
    return await keys(jwk, alg);
  } catch (thrown) {
    throw refuse('jwk', thrown); // whatever the importer says, it says it of the caller's bytes
  }
}

/**
 * Checks one proof against the request that it came with. `keys` imports the key in its header.
 * Throws CallerFault `proof_invalid`, with the member that does not fit.
 */
export async function checkProof(
  proof: string,
  expected: Expected,
  keys: (jwk: JWK, alg: string) => Promise<CallerKey>,
): Promise<Proof> {
  if (proof.length > LONGEST_PROOF) throw refuse('length');
  const { alg, jwk } = headerOf(proof);
  const { key, jkt } = await keyOf(jwk, alg, keys);
  const claims = await payloadOf(proof, key, alg);
  if (claims.htm !== expected.htm) throw refuse(`htm is not ${expected.htm}`);
  const url = normalUrl(expected.url);
  if (url === undefined || normalUrl(claims.htu) !== url) throw refuse(`htu is not ${url ?? 'this URL'}`);
  if (Math.abs(expected.now / 1000 - claims.iat) > IAT_WINDOW)
    throw refuse(`iat is over ${IAT_WINDOW} s from the Signer's clock`);
  const ath = expected.accessToken === undefined ? undefined : accessTokenHash(expected.accessToken);
  if (claims.ath !== ath) throw refuse('ath is not the SHA-256 of the token');
  return { jkt, jti: claims.jti, nonce: claims.nonce };
}
