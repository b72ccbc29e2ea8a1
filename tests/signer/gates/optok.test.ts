// The gate `optok` against a real issuer over HTTP: what it lets in, and every token and proof that it must not.
import { createHmac, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startIssuer, type Issuer } from '../../../demo/issuer/issuer.ts';
import type { Caller } from '../../../signer/desk/ports.ts';
import { makeOptok, type Asked, type Optok } from '../../../signer/gates/optok.ts';
import { WINDOW } from '../../../signer/gates/nonces.ts';
import { athOf, dpopClient, type DpopClient, type ProofParts } from './dpop.ts';

const URL_ = 'https://signer.example/api/v1/signer/sign/dsse';
let issuer: Issuer;
let client: DpopClient;
let other: DpopClient;
let clock = 0;
let optok: Optok;

const now = (): number => Date.now() + clock;
const seconds = (): number => Math.floor(now() / 1000);

beforeAll(async () => {
  issuer = await startIssuer({ port: 0, audience: 'signer' });
  client = await dpopClient();
  other = await dpopClient();
  optok = makeOptok({ issuer: issuer.issuer, audience: 'signer', jwksUrl: issuer.jwks, now });
});
afterAll(() => issuer.close());

type Claims = Parameters<Issuer['mint']>[0];
const claims = (more: Claims = {}): Claims => ({
  iss: issuer.issuer,
  aud: 'signer',
  sub: 'pipeline-7',
  tenant: 'acme',
  scope: 'signer.sign other',
  cnf: { jkt: client.jkt },
  iat: seconds(),
  exp: seconds() + 300,
  ...more,
});

function without(name: string): Claims {
  const { [name]: _gone, ...rest } = claims();
  return rest;
}

async function asked(token: string, parts: Partial<ProofParts> = {}, by = client): Promise<Asked> {
  const proof = await by.proof({ htm: 'POST', htu: URL_, token, nonce: optok.nonce(), ...parts });
  return { method: 'POST', url: URL_, authorization: [`DPoP ${token}`], dpop: [proof] };
}

async function submit(token: string, parts: Partial<ProofParts> = {}, by = client): Promise<Caller> {
  return optok.authenticate(await asked(token, parts, by));
}

describe('what is let in', () => {
  test('a bound token with a fresh proof, and the facts that it rests on, without the token', async () => {
    const token = await issuer.mint(claims());
    const caller = await optok.authenticate(await asked(token));
    expect(caller).toMatchObject({ tenant: 'acme', subject: 'pipeline-7', jkt: client.jkt });
    expect(caller.finding).toMatchObject({ gate: 'optok', result: 'pass', code: 'accepted' });
    expect(caller.finding.facts).toMatchObject({
      issuer: issuer.issuer,
      jkt: client.jkt,
      scope: 'signer.sign',
      tenant: 'acme',
    });
    expect(JSON.stringify(caller)).not.toContain(token.split('.')[2]);
  });

  test('an Ed25519 key', async () => {
    const ed = await dpopClient('EdDSA');
    const token = await issuer.mint(claims({ cnf: { jkt: ed.jkt } }));
    expect((await optok.authenticate(await asked(token, {}, ed))).jkt).toBe(ed.jkt);
  });

  test.each([
    'HTTPS://SIGNER.example:443/api/v1/signer/sign/dsse',
    'https://signer.example/api/v1/./x/../signer/sign/dsse?query=1#fragment',
    'https://signer.example/api/v1/%73igner/sign/dsse',
  ])('an htu that is the same URL after normalising: %s', async (htu) => {
    const token = await issuer.mint(claims());
    expect((await optok.authenticate(await asked(token, { htu }))).tenant).toBe('acme');
  });

  test('a nonce that is no longer the newest, within its window', async () => {
    const nonce = optok.nonce();
    clock += 120_000;
    const token = await issuer.mint(claims());
    const request = await asked(token, { nonce, claims: { iat: seconds() } });
    expect(optok.nonce()).not.toBe(nonce);
    expect((await optok.authenticate(request)).tenant).toBe('acme');
    clock = 0;
  });
});

describe('proofs that are refused', () => {
  const bad: [string, Partial<ProofParts>][] = [
    ['another method', { htm: 'GET' }],
    ['the method in lower case', { htm: 'post' }],
    ['another host', { htu: 'https://other.example/api/v1/signer/sign/dsse' }],
    ['another path', { htu: 'https://signer.example/api/v1/signer/keys' }],
    ['another scheme', { htu: 'http://signer.example/api/v1/signer/sign/dsse' }],
    ['another port', { htu: 'https://signer.example:8443/api/v1/signer/sign/dsse' }],
    ['an encoded slash', { htu: 'https://signer.example/api/v1/signer%2Fsign/dsse' }],
    ['a user in the URL', { htu: 'https://me@signer.example/api/v1/signer/sign/dsse' }],
    ['no URL', { htu: '/api/v1/signer/sign/dsse' }],
    ['the hash of another token', { token: 'another' }],
    ['no hash of the token', { claims: { ath: undefined } }],
    ['no jti', { claims: { jti: undefined } }],
    ['a short jti', { claims: { jti: 'a' } }],
    ['a huge jti', { claims: { jti: 'a'.repeat(257) } }],
    ['an iat that is text', { claims: { iat: 'now' } }],
    ['no iat', { claims: { iat: undefined } }],
    ['an iat of the past', { claims: { iat: Math.floor(Date.now() / 1000) - 90 } }],
    ['an iat of the future', { claims: { iat: Math.floor(Date.now() / 1000) + 90 } }],
    ['typ JWT', { header: { typ: 'JWT' } }],
    ['no typ', { header: { typ: undefined } }],
    ['no jwk', { header: { jwk: undefined } }],
  ];
  test.each(bad)(
    '%s',
    async (_what, parts) => {
      const token = await issuer.mint(claims());
      await expect(submit(token, parts)).toRejectCode('proof_invalid');
    },
    10_000,
  );

  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

  /** Sends a proof made by hand for a good token; all but what the test turns is as it should be. */
  async function offered(make: (body: string) => string | Promise<string>): Promise<unknown> {
    const token = await issuer.mint(claims());
    const nonce = optok.nonce();
    const body = part({
      jti: randomUUID(),
      htm: 'POST',
      htu: URL_,
      iat: seconds(),
      nonce,
      ath: athOf(token),
    });
    const dpop = [await make(body)];
    return optok.authenticate({ method: 'POST', url: URL_, authorization: [`DPoP ${token}`], dpop });
  }
  async function signedByHand(header: object, body: string): Promise<string> {
    const signed = `${part({ typ: 'dpop+jwt', alg: 'ES256', jwk: client.jwk, ...header })}.${body}`;
    const algorithm = { name: 'ECDSA', hash: 'SHA-256' };
    const signature = await crypto.subtle.sign(algorithm, client.key, Buffer.from(signed));
    return `${signed}.${Buffer.from(signature).toString('base64url')}`;
  }

  test('made by hand it is good, so that what follows says something', async () => {
    expect(await offered((body) => signedByHand({}, body))).toMatchObject({ tenant: 'acme' });
  });

  test('a header member that must be understood, a payload that is not encoded', async () => {
    for (const more of [
      { crit: ['exp'], exp: 1 },
      { crit: ['b64'], b64: false },
    ])
      await expect(offered((body) => signedByHand(more, body))).toRejectCode('proof_invalid');
  });

  test('a private key in its header', async () => {
    const token = await issuer.mint(claims());
    const request = await asked(token, { header: { jwk: client.privateJwk } });
    await expect(optok.authenticate(request)).toRejectCode('proof_invalid');
  });

  test('alg none, and HS256 under a key of its own or the public one', async () => {
    const mac = (head: string, body: string, secret: string) =>
      createHmac('sha256', secret).update(`${head}.${body}`).digest('base64url');
    const oct = part({ typ: 'dpop+jwt', alg: 'HS256', jwk: { kty: 'oct', k: part('secret') } });
    const ec = part({ typ: 'dpop+jwt', alg: 'HS256', jwk: client.jwk });
    const none = part({ typ: 'dpop+jwt', alg: 'none', jwk: client.jwk });
    await expect(offered((body) => `${none}.${body}.`)).toRejectCode('proof_invalid');
    await expect(offered((body) => `${oct}.${body}.${mac(oct, body, 'secret')}`)).toRejectCode(
      'proof_invalid',
    );
    await expect(offered((body) => `${ec}.${body}.${mac(ec, body, client.jwk.x ?? '')}`)).toRejectCode(
      'proof_invalid',
    );
  });

  test('another key in the header than the one that signed, a key off the curve, and a byte of the signature turned', async () => {
    const token = await issuer.mint(claims());
    const swapped = await asked(token, { header: { jwk: other.jwk } });
    await expect(optok.authenticate(swapped)).toRejectCode('proof_invalid');
    const off = await asked(token, { header: { jwk: { ...client.jwk, y: client.jwk.x } } });
    await expect(optok.authenticate(off)).toRejectCode('proof_invalid');
    const good = await asked(token);
    const proof = good.dpop[0] ?? '';
    const turned = `${proof.slice(0, -10)}${proof.at(-10) === 'A' ? 'B' : 'A'}${proof.slice(-9)}`;
    await expect(optok.authenticate({ ...good, dpop: [turned] })).toRejectCode('proof_invalid');
  });

  test.each(['', 'x', 'a.b.c', '..', `${'a'.repeat(9000)}.b.c`, '\u0000.\u0000.\u0000', 'eyJ9.e30.AA'])(
    'rubbish: %j',
    async (proof) => {
      await expect(offered(() => proof)).toRejectCode('proof_invalid');
    },
  );

  test('none, two, and two joined as Node would join them', async () => {
    const token = await issuer.mint(claims());
    const { dpop } = await asked(token);
    const two = [dpop[0] ?? '', dpop[0] ?? ''];
    const request = { method: 'POST', url: URL_, authorization: [`DPoP ${token}`] };
    for (const proofs of [[], two, [two.join(', ')]])
      await expect(optok.authenticate({ ...request, dpop: proofs })).toRejectCode('proof_invalid');
    await optok.authenticate({ ...request, dpop });
  });

  test('a member twice in its claims', async () => {
    const twice = (body: string): string => {
      const text = Buffer.from(body, 'base64url').toString();
      return Buffer.from(text.replace('"htm"', '"htm":"GET","htm"')).toString('base64url');
    };
    await expect(offered((body) => signedByHand({}, twice(body)))).toRejectCode('proof_invalid');
  });

  test('a good proof by a key that the token is not bound to', async () => {
    const token = await issuer.mint(claims());
    await expect(submit(token, {}, other)).toRejectCode('proof_invalid');
  });

  test('the second use of one, also of two at the same time', async () => {
    const token = await issuer.mint(claims());
    const request = await asked(token);
    await optok.authenticate(request);
    await expect(optok.authenticate(request)).toRejectCode('proof_replayed');
    const again = await asked(token);
    const results = await Promise.allSettled([1, 2, 3, 4].map(() => optok.authenticate(again)));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  test('the same jti in another proof of the same key', async () => {
    const token = await issuer.mint(claims());
    const jti = randomUUID();
    await optok.authenticate(await asked(token, { claims: { jti } }));
    await expect(submit(token, { claims: { jti } })).toRejectCode('proof_replayed');
  });
});

describe('nonces', () => {
  test('missing, made up, of another process, of the future, and over: use_dpop_nonce', async () => {
    const token = await issuer.mint(claims());
    const second = makeOptok({ issuer: issuer.issuer, audience: 'signer', jwksUrl: issuer.jwks });
    clock = 60_000;
    const future = optok.nonce();
    clock = 0;
    for (const nonce of [undefined, '', 'x', second.nonce(), future, `${optok.nonce()}=`])
      await expect(submit(token, { nonce })).toRejectCode('use_dpop_nonce');
    const stale = optok.nonce();
    clock = WINDOW + 1;
    const late = await asked(await issuer.mint(claims({ exp: seconds() + 900 })), {
      nonce: stale,
      claims: { iat: seconds() },
    });
    await expect(optok.authenticate(late)).toRejectCode('use_dpop_nonce');
    clock = 0;
  });

  test('a proof is remembered until its nonce is over: later it fails by the nonce, never passes', async () => {
    const token = await issuer.mint(claims({ exp: seconds() + 9000 }));
    const request = await asked(token);
    await optok.authenticate(request);
    for (const later of [1000, 30_000, 59_000]) {
      clock = later;
      await expect(optok.authenticate(request)).toRejectCode('proof_replayed');
    }
    clock = 0;
  });

  test('when no more proofs can be remembered, none is let in: busy', async () => {
    const small = makeOptok({
      issuer: issuer.issuer,
      audience: 'signer',
      jwksUrl: issuer.jwks,
      mostProofs: 2,
      now,
    });
    const token = await issuer.mint(claims({ exp: seconds() + 9000 }));
    const use = async () =>
      small.authenticate(await asked(token, { nonce: small.nonce(), claims: { iat: seconds() } }));
    await use();
    await use();
    await expect(use()).toRejectCode('busy');
    clock = WINDOW + 2000;
    await use();
    clock = 0;
  });
});

describe('tokens that are refused', () => {
  const cases: [string, () => Claims, string][] = [
    ['another issuer', () => claims({ iss: 'https://evil.example' }), 'token_invalid'],
    ['another audience', () => claims({ aud: 'other' }), 'token_invalid'],
    ['no audience', () => without('aud'), 'token_invalid'],
    ['expired by a second', () => claims({ exp: seconds() - 1 }), 'token_expired'],
    ['expired this very second', () => claims({ exp: seconds() }), 'token_expired'],
    ['no expiry', () => without('exp'), 'token_invalid'],
    ['not yet valid', () => claims({ nbf: seconds() + 60 }), 'token_invalid'],
    ['no subject', () => without('sub'), 'token_invalid'],
    ['an empty subject', () => claims({ sub: '' }), 'token_invalid'],
    ['not bound to a key', () => without('cnf'), 'token_invalid'],
    ['a binding that is text', () => claims({ cnf: 'jkt' }), 'token_invalid'],
    ['no scope', () => without('scope'), 'scope_missing'],
    ['another scope', () => claims({ scope: 'signer.sign.all signer.verify' }), 'scope_missing'],
    ['a scope that is a list', () => claims({ scope: ['signer.sign'] }), 'token_invalid'],
    ['no tenant', () => without('tenant'), 'tenant_missing'],
    ['a tenant that is no id', () => claims({ tenant: 'Acme Ltd/../x' }), 'tenant_missing'],
    ['a tenant that is a number', () => claims({ tenant: 7 }), 'tenant_missing'],
  ];
  test.each(cases)('%s', async (_what, made, code) => {
    const token = await issuer.mint(made());
    await expect(submit(token)).toRejectCode(code);
  });

  test('typ JWT (an ID token would be one)', async () => {
    const token = await issuer.mint(claims(), { typ: 'JWT' });
    await expect(submit(token)).toRejectCode('token_invalid');
  });

  test('alg none, HS256 under the public key, and a signature of somebody else', async () => {
    const good = (await issuer.mint(claims())).split('.');
    const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const jwks = await (await fetch(issuer.jwks)).text();
    const head = part({ alg: 'HS256', typ: 'at+jwt' });
    const mac = createHmac('sha256', jwks).update(`${head}.${good[1]}`).digest('base64url');
    const none = `${part({ alg: 'none', typ: 'at+jwt' })}.${good[1]}.`;
    const swapped = `${good[0]}.${part(claims({ tenant: 'other' }))}.${good[2]}`;
    for (const token of [none, `${head}.${good[1]}.${mac}`, swapped])
      await expect(submit(token)).toRejectCode('token_invalid');
  });

  test('a token under another scheme, in two headers, or none at all', async () => {
    const token = await issuer.mint(claims());
    const request = await asked(token);
    const as = (...authorization: string[]) => optok.authenticate({ ...request, authorization });
    await expect(as(`Bearer ${token}`)).toRejectCode('token_invalid');
    await expect(as(`DPoP ${token}`, `DPoP ${token}`)).toRejectCode('token_invalid');
    await expect(as(`DPoP ${token}, DPoP ${token}`)).toRejectCode('token_invalid');
    await expect(as('DPoP')).toRejectCode('token_invalid');
    await expect(as(`DPoP ${'a'.repeat(20_000)}`)).toRejectCode('token_invalid');
    await expect(as()).toRejectCode('token_missing');
    await expect(as(`DPoP ${token}`)).resolves.toMatchObject({ tenant: 'acme' });
  });
});
