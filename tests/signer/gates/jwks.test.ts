// The Authority's keys over real HTTP: rotation, outage, floods of unknown key ids, and answers that are no key set.
import { afterEach, describe, expect, test } from 'vitest';
import { startIssuer, type Issuer } from '../../../demo/issuer/issuer.ts';
import { makeJwks, type Jwks } from '../../../signer/gates/jwks.ts';
import { checkToken } from '../../../signer/gates/token.ts';
import { serve } from './serve.ts';

let open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of open) await close();
  open = [];
});

let clock = 1_700_000_000_000;
const now = (): number => clock;

async function authority(): Promise<{
  issuer: Issuer;
  jwks: Jwks;
  readonly check: (token: string) => Promise<unknown>;
}> {
  const issuer = await startIssuer({ port: 0, audience: 'signer' });
  open.push(issuer.close);
  const jwks = makeJwks({
    url: issuer.jwks,
    now,
    freshFor: 60_000,
    staleFor: 600_000,
    coolDown: 5000,
    timeout: 500,
  });
  const rules = { issuer: issuer.issuer, audience: 'signer', jwks, now };
  return { issuer, jwks, check: (token) => checkToken(token, rules) };
}

const claims = (issuer: Issuer) => ({
  iss: issuer.issuer,
  aud: 'signer',
  sub: 'p',
  cnf: { jkt: 'x' },
  exp: Math.floor(clock / 1000) + 36_000,
});

describe('rotation', () => {
  test('a new key is found by itself, the old one no longer counts, and one fetch does for many', async () => {
    const { issuer, check } = await authority();
    const old = await issuer.mint(claims(issuer));
    await Promise.all([1, 2, 3].map(() => check(old)));
    expect(issuer.fetches()).toBe(1);
    await issuer.rotate();
    const fresh = await issuer.mint(claims(issuer));
    clock += 6000;
    await Promise.all([1, 2, 3].map(() => check(fresh)));
    expect(issuer.fetches()).toBe(2);
    await expect(check(old)).toRejectCode('token_invalid');
  });

  test('a key that was withdrawn counts no longer than the set is fresh', async () => {
    const { issuer, check } = await authority();
    const old = await issuer.mint(claims(issuer));
    await check(old);
    await issuer.rotate();
    await check(old);
    clock += 61_000;
    await expect(check(old)).toRejectCode('token_invalid');
  });
});

test('a flood of unknown key ids brings one fetch in each cool-down', async () => {
  const { issuer, check } = await authority();
  await check(await issuer.mint(claims(issuer)));
  for (let i = 0; i < 200; i++) {
    const token = await issuer.mint(claims(issuer), { kid: `unknown-${i}` });
    await expect(check(token)).toRejectCode('token_invalid');
  }
  expect(issuer.fetches()).toBe(1);
  clock += 5001;
  for (let i = 0; i < 50; i++)
    await expect(issuer.mint(claims(issuer), { kid: `more-${i}` }).then(check)).toRejectCode('token_invalid');
  expect(issuer.fetches()).toBe(2);
});

describe('outage', () => {
  test('known keys go on counting while the Authority is away, and end when they are stale', async () => {
    const { issuer, check, jwks } = await authority();
    const token = await issuer.mint(claims(issuer));
    await check(token);
    await issuer.close();
    clock += 120_000;
    await check(token);
    clock += 600_000;
    await expect(check(token)).toRejectCode('authority_unavailable');
    expect(await jwks.warm()).toBe(false);
  });

  test('nothing at hand and nobody there: authority_unavailable, and it mends itself', async () => {
    const first = await startIssuer({ port: 0, audience: 'signer' });
    await first.close();
    const jwks = makeJwks({ url: first.jwks, now, coolDown: 5000, timeout: 500 });
    const rules = { issuer: first.issuer, audience: 'signer', jwks, now };
    const second = await startIssuer({ port: first.port, audience: 'signer' });
    const token = await second.mint(claims(second));
    await second.close();
    await expect(checkToken(token, rules)).toRejectCode('authority_unavailable');
    const third = await startIssuer({ port: first.port, audience: 'signer' });
    open.push(third.close);
    clock += 5001;
    const again = await third.mint(claims(third));
    expect(await checkToken(again, rules)).toMatchObject({ subject: 'p' });
  });
});

describe('answers that are no key set', () => {
  async function serving(status: number, body: string, headers: Record<string, string>): Promise<string> {
    const peer = await serve((_request, response) => response.writeHead(status, headers).end(body));
    open.push(peer.close);
    return peer.url;
  }
  test.each([
    [200, 'not json', {}],
    [200, '{"keys": 7}', {}],
    [200, '[]', {}],
    [200, `"${'x'.repeat(2_000_000)}"`, {}],
    [500, '{"keys": []}', {}],
    [302, '', { location: 'http://127.0.0.1:1/' }],
  ])('%i %.20s', async (status, body, headers) => {
    const jwks = makeJwks({
      url: await serving(status, body, headers),
      now,
      timeout: 2000,
    });
    await expect(jwks.find({ alg: 'ES256', kid: 'x' })).toRejectCode('authority_unavailable');
  });

  test('one that never ends is given up', async () => {
    const { url, close } = await serve(() => undefined);
    open.push(close);
    const began = Date.now();
    await expect(makeJwks({ url, now, timeout: 200 }).find({ alg: 'ES256' })).toRejectCode(
      'authority_unavailable',
    );
    expect(Date.now() - began).toBeLessThan(2000);
  });
});
