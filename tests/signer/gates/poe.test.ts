// The gate `poe` against the licensing stub over HTTP: asked every time, the last yes kept for an outage only.
import type { RequestListener } from 'node:http';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { startLicensing, type Licensing } from '../../../demo/licensing/licensing.ts';
import { makePoe } from '../../../signer/gates/poe.ts';
import type { Caller, Gate } from '../../../signer/desk/ports.ts';
import type { SignBody } from '../../../contract/wire/sign.ts';
import { Outage } from '../../../core/predicate/grant.ts';
import type { Finding } from '../../../core/request/request.ts';
import { serve, type Peer } from './serve.ts';

const TTL = 60_000;
let licensing: Licensing;
let clock = 1_700_000_000_000;
let gate: Gate;
const now = (): number => clock;
const closers: (() => Promise<void>)[] = [];

beforeAll(async () => {
  licensing = await startLicensing(0);
});
beforeEach(() => {
  gate = makePoe({ url: licensing.introspect, ttl: TTL, now, timeout: 300 });
});
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});
afterAll(() => licensing.close());

function ask(tenant: string, value = 'licence', by = gate): Promise<Finding> {
  const finding: Finding = { gate: 'optok', result: 'pass', code: 'accepted', facts: {} };
  const caller: Caller = { tenant, subject: 's', jkt: 'j', finding };
  return by(caller, { poe: { format: 'jwt', value } } as SignBody);
}

async function put(tenant: string, state: string): Promise<void> {
  const answer = await fetch(licensing.poe, { method: 'PUT', body: JSON.stringify({ tenant, state }) });
  expect(answer.status).toBe(200);
}

/** A service that answers as told, counting. */
async function service(listener: RequestListener): Promise<Peer> {
  const peer = await serve(listener);
  closers.push(peer.close);
  return peer;
}

test('entitled, denied and unavailable, from the very next request on', async () => {
  expect(await ask('a')).toEqual({
    gate: 'poe',
    result: 'pass',
    code: 'entitled',
    facts: { plan: 'sandbox' },
  });
  await put('a', 'denied');
  expect(await ask('a')).toMatchObject({ result: 'fail', code: 'not_entitled' });
  await put('a', 'entitled');
  expect(await ask('a')).toMatchObject({ result: 'pass', code: 'entitled' });
  await put('fresh', 'unavailable');
  expect(await ask('fresh')).toMatchObject({
    result: 'unavailable',
    code: 'poe_unavailable',
    facts: { reason: 'status_503' },
  });
});

test('the last yes carries over an outage, for its TTL and not a millisecond longer', async () => {
  expect(await ask('b')).toMatchObject({ code: 'entitled' });
  await put('b', 'unavailable');
  clock += TTL - 1;
  expect(await ask('b')).toMatchObject({
    result: 'pass',
    code: 'entitled_cached',
    facts: { plan: 'sandbox' },
  });
  clock += 1;
  expect(await ask('b')).toMatchObject({ result: 'unavailable', code: 'poe_unavailable' });
});

test('an outage is told with its facts: which service, why, since when, and until when the last yes counted', async () => {
  const { host } = new URL(licensing.introspect);
  const facts = (at: string) => ({
    reason: 'status_503',
    host,
    foundAt: new Date(clock).toISOString(),
    lastYes: at,
    ttlSeconds: String(TTL / 1000),
  });
  await put('out', 'unavailable');
  expect((await ask('out')).facts).toEqual(facts('none'));
  await put('out', 'entitled');
  await ask('out', 'one');
  const yes = new Date(clock).toISOString();
  await put('out', 'unavailable');
  clock += 1000;
  // Another proof of the same tenant has no kept answer; that the tenant's last yes still counts is told all the same.
  expect((await ask('out', 'two')).facts).toEqual(facts(yes));
  expect(Outage.parse((await ask('out', 'two')).facts)).toEqual(facts(yes));
  await put('out', 'denied');
  await ask('out', 'three');
  await put('out', 'unavailable');
  expect((await ask('out', 'three')).facts).toEqual(facts(yes));
});

test('a cached yes does not renew itself', async () => {
  await ask('c');
  await put('c', 'unavailable');
  for (let i = 0; i < 3; i++) {
    clock += 20_000 - (i === 2 ? 0 : 1);
    await ask('c');
  }
  expect(await ask('c')).toMatchObject({ code: 'entitled_cached' });
  clock += 2;
  expect(await ask('c')).toMatchObject({ code: 'poe_unavailable' });
});

test('a no beats the cache and ends it', async () => {
  await ask('d');
  await put('d', 'denied');
  expect(await ask('d')).toMatchObject({ code: 'not_entitled' });
  await put('d', 'unavailable');
  expect(await ask('d')).toMatchObject({ result: 'unavailable', code: 'poe_unavailable' });
});

test('a yes is kept for its tenant and its very proof only', async () => {
  await ask('e', 'one');
  await put('e', 'unavailable');
  await put('f', 'unavailable');
  expect(await ask('e', 'two')).toMatchObject({ code: 'poe_unavailable' });
  expect(await ask('f', 'one')).toMatchObject({ code: 'poe_unavailable' });
  expect(await ask('e', 'one')).toMatchObject({ code: 'entitled_cached' });
});

test('the service is asked at every request: the cache spares no call', async () => {
  const { url, asked } = await service((_request, response) => response.end('{"active": true, "plan": "p"}'));
  const own = makePoe({ url, ttl: TTL, now });
  for (let i = 0; i < 20; i++) expect(await ask('g', 'v', own)).toMatchObject({ code: 'entitled' });
  expect(asked()).toBe(20);
});

test('a TTL of nothing keeps nothing', async () => {
  const own = makePoe({ url: licensing.introspect, ttl: 0, now });
  await ask('h', 'v', own);
  await put('h', 'unavailable');
  expect(await ask('h', 'v', own)).toMatchObject({ code: 'poe_unavailable' });
});

test('a yes for another tenant is a no', async () => {
  const { url } = await service((_request, response) => response.end('{"active": true, "tenant": "other"}'));
  expect(await ask('i', 'v', makePoe({ url, ttl: TTL, now }))).toMatchObject({
    result: 'fail',
    code: 'not_entitled',
  });
});

test('a late yes does not undo a no that was asked for after it', async () => {
  const waiting: (() => void)[] = [];
  let slow = true;
  const { url } = await service((_request, response) => {
    if (slow) waiting.push(() => response.end('{"active": true}'));
    else response.end('{"active": false}');
  });
  const own = makePoe({ url, ttl: TTL, now, timeout: 5000 });
  const first = ask('j', 'v', own);
  await expect.poll(() => waiting.length).toBe(1);
  slow = false;
  clock += 1;
  expect(await ask('j', 'v', own)).toMatchObject({ code: 'not_entitled' });
  waiting[0]?.();
  expect(await first).toMatchObject({ code: 'entitled' });
  const dead = makePoe({ url: 'http://127.0.0.1:9/', ttl: TTL, now });
  expect(await ask('j', 'v', dead)).toMatchObject({
    code: 'poe_unavailable',
    facts: { reason: 'unreachable' },
  });
  for (const close of closers.splice(0)) await close();
  expect(await ask('j', 'v', own)).toMatchObject({ code: 'poe_unavailable' });
});

const silent: [string, RequestListener, string][] = [
  ['hangs', () => undefined, 'timed_out'],
  ['hangs in its body', (_request, response) => void response.write('{"active":'), 'timed_out'],
  ['hangs up', (request) => void request.socket.destroy(), 'unreachable'],
  ['answers no JSON', (_request, response) => void response.end('yes'), 'malformed'],
  [
    'answers twice',
    (_request, response) => void response.end('{"active": false, "active": true}'),
    'malformed',
  ],
  [
    'answers a text for a truth',
    (_request, response) => void response.end('{"active": "true"}'),
    'malformed',
  ],
  [
    'answers without end',
    (_request, response) => void response.end(`{"active": true, "x": "${'x'.repeat(70_000)}"}`),
    'malformed',
  ],
  [
    'redirects',
    (_request, response) => void response.writeHead(302, { location: '/x' }).end(),
    'unreachable',
  ],
  ['answers 401', (_request, response) => void response.writeHead(401).end(), 'status_401'],
];
test.each(silent)('a service that %s does not answer', async (_what, listener, reason) => {
  const { url } = await service(listener);
  const found = await ask('k', 'v', makePoe({ url, ttl: TTL, now, timeout: 200 }));
  expect(found).toMatchObject({ result: 'unavailable', code: 'poe_unavailable', facts: { reason } });
});
