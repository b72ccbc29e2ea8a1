// A caller of the Signer: its key, its access token from the Authority, and a fresh DPoP proof (RFC 9449) for each request.
import { createHash, randomUUID } from 'node:crypto';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, SignJWT, type JWK } from 'jose';
import { z } from 'zod';
import { PartFailed } from '../crew/failed.ts';

/** Who asks, of whom: `token` is the Authority's URL. `scope` is what the token is good for; to sign unless given. */
export interface CallerOptions {
  readonly token: string;
  readonly tenant: string;
  readonly subject: string;
  readonly scope?: string;
}

/** A caller with a token that is bound to its key. */
export interface Caller {
  readonly accessToken: string;
  /** The proof for one request; `nonce` is the Signer's newest, once it gave one. */
  proof(method: string, url: string, nonce: string | undefined): Promise<string>;
}

const Answer = z.looseObject({ access_token: z.string() });
/** How long a token is good for, in seconds. */
export const TTL_S = 600;

async function tokenFor(options: CallerOptions, jkt: string): Promise<string> {
  const { token, tenant, subject, scope = 'signer.sign' } = options;
  const answer = await fetch(token, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ subject, tenant, scope, jkt, ttl: TTL_S }),
  }).catch((thrown: unknown) => {
    throw new PartFailed('issuer', 'it does not answer', thrown);
  });
  if (answer.status !== 200) throw new PartFailed('issuer', `status ${answer.status}`);
  const parsed = Answer.safeParse(await answer.json());
  if (!parsed.success) throw new PartFailed('issuer', 'it gave no access token');
  return parsed.data.access_token;
}

/** Makes a key, and gets a token that is bound to it. Rejects with PartFailed. */
export async function openCaller(options: CallerOptions): Promise<Caller> {
  const { publicKey, privateKey } = await generateKeyPair('ES256');
  const jwk: JWK = await exportJWK(publicKey);
  const accessToken = await tokenFor(options, await calculateJwkThumbprint(jwk));
  const ath = createHash('sha256').update(accessToken, 'ascii').digest('base64url');
  return {
    accessToken,
    proof: (method, url, nonce) =>
      new SignJWT({
        htm: method,
        htu: url,
        ath,
        jti: randomUUID(),
        ...(nonce === undefined ? {} : { nonce }),
      })
        .setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt', jwk })
        .setIssuedAt()
        .sign(privateKey),
  };
}
