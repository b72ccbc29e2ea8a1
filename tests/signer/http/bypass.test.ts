// Raising a bypass over HTTP: a scope of its own, bounds on every member, and nothing that signing would be let in with.
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { CallerFault } from '../../../core/fault/fault.ts';
import { API } from '../../../signer/http/server.ts';
import { lastCall, send, startOutside, type Answer, type Outside } from './setup.ts';

const PATH = `${API}/bypass-requests`;
const BODY = {
  tenant: 'acme',
  predicateTypes: ['https://cyclonedx.org/bom', 'https://openvex.dev/ns/v0.2.0'],
  count: 5,
  minutes: 30,
  cause: 'licensing is down',
  poe: { format: 'jwt', value: 'licence-secret' },
};
const ID = '01ARZ3NDEKTSV4RRFFQ69G5FAV';

let outside: Outside;
beforeAll(async () => {
  outside = await startOutside();
});
beforeEach(() => {
  outside.told.calls.splice(0);
  outside.told.fault = undefined;
});
afterAll(() => outside.close());

const seen = ({ status, json }: Answer) => ({ status, code: json['code'] });

async function raise(
  change: Record<string, unknown> = {},
  {
    scope = 'signer.bypass',
    headers = {},
  }: { scope?: string; headers?: Record<string, string | string[]> } = {},
): Promise<Answer> {
  const token = await outside.token({ scope });
  const own = {
    ...(await outside.credentials('POST', PATH, { token })),
    'content-type': 'application/json',
    'idempotency-key': randomUUID(),
  };
  const body = JSON.stringify({ ...BODY, ...change });
  return send(outside.origin, { method: 'POST', path: PATH, body, headers: { ...own, ...headers } });
}

describe('POST bypass-requests', () => {
  test('202 with where to look; the desk is asked as the token says', async () => {
    const answer = await raise();
    expect(seen(answer)).toEqual({ status: 202, code: 'held_manual_approval' });
    expect(answer.headers['location']).toBe(answer.json['statusUrl']);
    const [caller, body, key, origin] = lastCall(outside.told);
    expect(caller).toMatchObject({
      tenant: 'acme',
      subject: 'ci@acme',
      finding: { facts: { scope: 'signer.bypass' } },
    });
    expect(body).toEqual(BODY);
    expect(key).toMatch(/^[0-9a-f-]{36}$/);
    expect(origin).toBe(`${outside.origin}${API}`);
  });

  test('count and minutes may be left out, nothing else', async () => {
    expect((await raise({ count: undefined, minutes: undefined })).status).toBe(202);
    for (const member of ['tenant', 'predicateTypes', 'cause', 'poe'])
      expect(seen(await raise({ [member]: undefined }))).toEqual({ status: 400, code: 'schema_invalid' });
  });

  test.each<[string, Record<string, unknown>]>([
    ['minutes over 60', { minutes: 61 }],
    ['no minutes', { minutes: 0 }],
    ['minutes in parts', { minutes: 1.5 }],
    ['a count over 100', { count: 101 }],
    ['a count below one', { count: -1 }],
    ['no predicate type', { predicateTypes: [] }],
    ['our own evidence', { predicateTypes: ['https://stella.ops/approval/v1'] }],
    ['unsorted types', { predicateTypes: BODY.predicateTypes.toReversed() }],
    ['a type twice', { predicateTypes: ['https://a.test/x', 'https://a.test/x'] }],
    ['no cause', { cause: '' }],
    ['a long cause', { cause: 'x'.repeat(501) }],
    ['no tenant', { tenant: 'AC ME' }],
    ['an unknown member', { until: '2030-01-01T00:00:00Z' }],
  ])('400 for %s', async (_, change) => {
    expect(seen(await raise(change))).toEqual({ status: 400, code: 'schema_invalid' });
    expect(outside.told.calls).toEqual([]);
  });

  test('403 without its scope: signing does not raise, and raising does not sign', async () => {
    const answer = await raise({}, { scope: 'signer.sign' });
    expect(seen(answer)).toEqual({ status: 403, code: 'scope_missing' });
    expect(answer.headers['www-authenticate']).toContain('scope="signer.bypass"');
    const token = await outside.token({ scope: 'signer.bypass' });
    const signing = await outside.sign({
      headers: await outside.credentials('POST', `${API}/sign/dsse`, { token }),
    });
    expect(seen(signing)).toEqual({ status: 403, code: 'scope_missing' });
    expect(signing.headers['www-authenticate']).toContain('scope="signer.sign"');
    expect(outside.told.calls).toEqual([]);
    expect((await raise({}, { scope: 'signer.sign signer.bypass' })).status).toBe(202);
  });

  test('401 without a token, with a proof for another path, or used twice', async () => {
    expect(seen(await send(outside.origin, { method: 'POST', path: PATH, body: '{}' }))).toEqual({
      status: 401,
      code: 'token_missing',
    });
    const other = await outside.credentials('POST', `${API}/sign/dsse`, {
      token: await outside.token({ scope: 'signer.bypass' }),
    });
    expect(seen(await raise({}, { headers: other }))).toEqual({ status: 401, code: 'proof_invalid' });
    const own = await outside.credentials('POST', PATH, {
      token: await outside.token({ scope: 'signer.bypass' }),
    });
    expect((await raise({}, { headers: own })).status).toBe(202);
    expect(seen(await raise({}, { headers: own }))).toEqual({ status: 401, code: 'proof_replayed' });
  });

  test('an idempotency key is wanted, once', async () => {
    expect(seen(await raise({}, { headers: { 'idempotency-key': ['a', 'b'] } }))).toEqual({
      status: 400,
      code: 'schema_invalid',
    });
  });

  test.each([
    ['bypass_not_needed', 409],
    ['bypass_limit', 409],
    ['tenant_forbidden', 403],
    ['not_entitled', 403],
    ['idempotency_conflict', 409],
  ] as const)('%s is %i', async (code, status) => {
    outside.told.fault = new CallerFault(code, 'why');
    expect(seen(await raise())).toEqual({ status, code });
  });

  test('no line of the log holds the licence', () => {
    expect(outside.lines.join('\n')).not.toContain('licence-secret');
  });
});

test('an operator reads and withdraws what the tenant asked for, with the scope to raise alone', async () => {
  const token = await outside.token({ scope: 'signer.bypass' });
  for (const [method, path, name] of [
    ['GET', `${API}/requests/${ID}`, 'status'],
    ['DELETE', `${API}/requests/${ID}`, 'withdraw'],
    ['GET', `${API}/requests/${ID}/evidence`, 'evidence'],
    ['GET', `${API}/requests/${ID}/spend-evidence`, 'spendEvidence'],
    ['GET', `${API}/requests/${ID}/signature-evidence`, 'signatureEvidence'],
  ] as const) {
    const headers = await outside.credentials(method, path, { token });
    expect((await send(outside.origin, { method, path, headers })).status).toBeLessThan(300);
    expect(outside.told.calls.at(-1)).toMatchObject({ name });
    expect(lastCall(outside.told).slice(0, 2)).toEqual(['acme', ID]);
  }
  const neither = await outside.token({ scope: 'signer.verify' });
  const headers = await outside.credentials('GET', `${API}/requests/${ID}`, { token: neither });
  expect(seen(await send(outside.origin, { path: `${API}/requests/${ID}`, headers }))).toEqual({
    status: 403,
    code: 'scope_missing',
  });
});
