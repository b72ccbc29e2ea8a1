// The stand-ins as servers: what they mint and answer, and that neither a web page nor a hostile body gets anything.
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startIssuer, type Issuer } from '../../../demo/issuer/issuer.ts';
import { startLicensing, type Licensing } from '../../../demo/licensing/licensing.ts';
import { send } from '../../signer/http/setup.ts';

let issuer: Issuer;
let licensing: Licensing;
beforeAll(async () => {
  issuer = await startIssuer({ port: 0, audience: 'signer' });
  licensing = await startLicensing(0);
});
afterAll(async () => {
  await issuer.close();
  await licensing.close();
});

const post = (body: string) => send(issuer.issuer, { method: 'POST', path: '/token', body });

describe('the issuer', () => {
  test('mints what it is asked for', async () => {
    const ask = { subject: 's', tenant: 't', scope: 'signer.sign other', jkt: 'thumb', ttl: 60 };
    const answer = await post(JSON.stringify(ask));
    const token = String(answer.json['access_token']);
    expect(decodeProtectedHeader(token)).toMatchObject({ alg: 'ES256', typ: 'at+jwt' });
    const claims = decodeJwt(token);
    expect(claims).toMatchObject({
      iss: issuer.issuer,
      aud: 'signer',
      sub: 's',
      tenant: 't',
      scope: 'signer.sign other',
      cnf: { jkt: 'thumb' },
    });
    expect(Number(claims.exp) - Number(claims.iat)).toBe(60);
  });
  test('also expired tokens, and tokens that lack something', async () => {
    const expired = decodeJwt(String((await post('{"subject":"s","ttl":-5}')).json['access_token']));
    expect(Number(expired.exp)).toBeLessThan(Date.now() / 1000);
    expect(Object.keys(expired)).not.toEqual(expect.arrayContaining(['tenant', 'scope', 'cnf']));
  });
  test.each([
    '',
    '{',
    '[]',
    '{"subject":7}',
    '{"more":1}',
    '{"subject":"a","subject":"b"}',
    '{"ttl":1.5}',
    '{"ttl":"60"}',
  ])('refuses %j', async (body) => {
    expect((await post(body)).status).toBe(400);
  });
  test('serves its keys without their private parts, and others after a rotation', async () => {
    const keys = async () =>
      (await send(issuer.issuer, { path: '/jwks.json' })).json['keys'] as Record<string, string>[];
    const [before] = await keys();
    expect(Object.keys(before ?? {}).sort()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y']);
    await send(issuer.issuer, { method: 'POST', path: '/rotate' });
    const after = await keys();
    expect(after).toHaveLength(1);
    expect(after[0]?.['kid']).not.toBe(before?.['kid']);
  });
});

describe('the licensing stub', () => {
  const put = (body: string) => send(licensing.poe, { method: 'PUT', path: '/poe', body });
  const ask = (form: string) =>
    send(licensing.introspect, { method: 'POST', path: '/introspect', body: form });
  test('answers by tenant, whatever the token, from the very next request on', async () => {
    expect((await ask('token=x&tenant=a')).json).toMatchObject({ active: true, tenant: 'a' });
    await put('{"tenant":"a","state":"denied"}');
    expect((await ask('token=y&tenant=a')).json).toEqual({ active: false });
    await put('{"tenant":"a","state":"unavailable"}');
    const began = Date.now();
    expect((await ask('token=z&tenant=a')).status).toBe(503);
    expect(Date.now() - began).toBeLessThan(500);
    expect((await ask('token=z&tenant=b')).json).toMatchObject({ active: true });
  });
  test.each([
    '',
    '{"tenant":"a"}',
    '{"tenant":"a","state":"maybe"}',
    '{"tenant":"a","state":"denied","more":1}',
  ])('refuses %j', async (body) => {
    expect((await put(body)).status).toBe(400);
  });
  test('refuses an introspection without a tenant', async () => {
    expect((await ask('token=x')).status).toBe(400);
  });
});

describe('both', () => {
  const origins = () => [issuer.issuer, new URL(licensing.poe).origin];
  test('refuse another Host and any Origin, everywhere', async () => {
    for (const origin of origins())
      for (const headers of [
        { host: 'evil.example' },
        { host: `evil.example:${new URL(origin).port}` },
        { origin: 'https://evil.example' },
      ])
        for (const path of ['/jwks.json', '/token', '/poe', '/nowhere'])
          expect((await send(origin, { path, headers })).status).toBe(403);
  });
  test('know nothing else, and take no large body', async () => {
    for (const origin of origins()) {
      expect((await send(origin, { path: '/' })).status).toBe(404);
      expect((await send(origin, { method: 'POST', path: '/token', body: 'x'.repeat(70_000) })).status).toBe(
        413,
      );
    }
  });
});
