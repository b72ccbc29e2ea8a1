// The dev Authority: mints the access token that it is asked for, and serves its keys (RFC 7517) so that rotation is real.
import { randomUUID } from 'node:crypto';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK } from 'jose';
import { z } from 'zod';
import { jsonOf, listen, Refused, type Incoming, type Loopback, type Outgoing } from '../sandbox/loopback.ts';
import type { Json } from '../../core/json/parse.ts';

/** POST token. What is left out is left out of the token too; `ttl` in seconds, below 0 for one that has expired. */
const Ask = z.strictObject({
  subject: z.string().min(1).max(200).optional(),
  tenant: z.string().min(1).max(200).optional(),
  scope: z.string().max(2000).optional(),
  jkt: z.string().min(1).max(100).optional(),
  ttl: z.int().min(-31_536_000).max(31_536_000).default(300),
});

interface SigningKey {
  readonly kid: string;
  readonly key: CryptoKey;
  readonly jwk: JWK;
}

/** A running issuer. `issuer` is its `iss`, `jwks` and `token` are URLs. */
export interface Issuer {
  readonly issuer: string;
  readonly jwks: string;
  readonly token: string;
  readonly port: number;
  /** Mints any claims whatever, in any header; for tests of what a Signer must refuse. */
  mint(claims: Record<string, Json>, header?: Record<string, string>): Promise<string>;
  /** A new key takes over; the old one is no longer served. */
  rotate(): Promise<void>;
  /** How often the keys were fetched. */
  fetches(): number;
  readonly close: () => Promise<void>;
}

/** Whose tokens are minted: `audience` is the Signer's. */
export interface IssuerOptions {
  readonly port: number;
  readonly audience: string;
}

async function newKey(): Promise<SigningKey> {
  const { publicKey, privateKey } = await generateKeyPair('ES256');
  const jwk = await exportJWK(publicKey);
  const kid = await calculateJwkThumbprint(jwk);
  return { kid, key: privateKey, jwk: { ...jwk, kid, alg: 'ES256', use: 'sig' } };
}

function claimsOf(body: Uint8Array, issuer: string, audience: string): Record<string, Json> {
  const ask = Ask.safeParse(jsonOf(body));
  if (!ask.success) throw new Refused(400, 'schema_invalid');
  const { subject, tenant, scope, jkt, ttl } = ask.data;
  const now = Math.floor(Date.now() / 1000);
  return {
    iss: issuer,
    aud: audience,
    iat: Math.min(now, now + ttl),
    exp: now + ttl,
    jti: randomUUID(),
    ...(subject === undefined ? {} : { sub: subject }),
    ...(tenant === undefined ? {} : { tenant }),
    ...(scope === undefined ? {} : { scope }),
    ...(jkt === undefined ? {} : { cnf: { jkt } }),
  };
}

/** Starts the issuer on 127.0.0.1. */
export async function startIssuer({ port, audience }: IssuerOptions): Promise<Issuer> {
  let signing = await newKey();
  let fetched = 0;
  const rotate = async (): Promise<void> => {
    signing = await newKey();
  };
  function mint(claims: Record<string, Json>, header: Record<string, string> = {}): Promise<string> {
    const { kid, key } = signing;
    return new SignJWT(claims).setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid, ...header }).sign(key);
  }
  async function handle({ method, path, body }: Incoming): Promise<Outgoing> {
    switch (`${method} ${path}`) {
      case 'GET /jwks.json':
        fetched += 1;
        return { status: 200, body: { keys: [{ ...signing.jwk }] } as Json };
      case 'POST /token':
        return {
          status: 200,
          body: { access_token: await mint(claimsOf(body, server.origin, audience)), token_type: 'DPoP' },
        };
      case 'POST /rotate':
        await rotate();
        return { status: 200, body: { kid: signing.kid } };
      default:
        throw new Refused(404, 'not_found');
    }
  }
  const server: Loopback = await listen(port, handle);
  const { origin } = server;
  return {
    issuer: origin,
    jwks: `${origin}/jwks.json`,
    token: `${origin}/token`,
    port: server.port,
    mint,
    rotate,
    fetches: () => fetched,
    close: server.close,
  };
}
