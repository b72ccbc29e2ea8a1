// Submitting: gates, idempotency, quota, keys, and what is stored of it.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openBundle } from '../../../core/dsse/bundle.ts';
import { pae } from '../../../core/dsse/pae.ts';
import { makeWorld, successor, TENANT, type World } from '../../support/world.ts';
import { nodeCrypto } from '../../../ports/crypto.ts';
import {
  API,
  TRUSTED,
  body,
  caller,
  edit,
  held,
  leavesOf,
  nextKey,
  openHouse,
  reopen,
  stateOf,
  tearDown,
  type House,
} from './house.ts';

let world: World;
let house: House;
beforeEach(async () => {
  world = makeWorld();
  house = await openHouse(world);
});
afterEach(() => tearDown(house));

const submit = (given = body('app.tgz', TRUSTED), key = nextKey(), who = caller()) =>
  house.desk.submit(who, given, key, API);

async function signed(given = body('app.tgz', TRUSTED), key = nextKey()) {
  const outcome = await submit(given, key);
  if (outcome.kind !== 'signed') throw new Error('held');
  return outcome.answer;
}

describe('signed at once', () => {
  test('the bundle verifies and its leaf is in the checkpoint that the answer brings', async () => {
    const { bundle, envelope, signer, policy, log } = await signed();
    const { payload, payloadType, signature, keyid } = openBundle(bundle!);
    expect(nodeCrypto.verify(world.keys['file:release']!.key, pae(payloadType, payload), signature)).toBe(
      true,
    );
    expect(envelope!.signatures.map((s) => s.keyid)).toEqual([keyid]);
    expect(signer).toEqual({ mode: 'keyful', keyId: 'file:release', chain: [] });
    expect(policy).toEqual({ plan: 'team', quota: { limit: 6000, remaining: 5999 } });
    const leaf = (await leavesOf(house))[log.leafIndex]!;
    expect(leaf.record).toMatchObject({ event: 'signed', tenant: TENANT, keyid });
    expect(log.checkpoint).toBe(await house.desk.log.checkpoint());
  });

  test('no bundle when none is wanted', async () => {
    const { bundle, envelope } = await signed(body('app.tgz', TRUSTED, { returnBundle: false }));
    expect([bundle, envelope]).toEqual([null, null]);
  });

  test('a provider that makes wrong signatures, or went away, is key_unavailable and leaves no leaf', async () => {
    const size = await house.desk.log.size();
    house.keys.wrong = true;
    await expect(submit()).toRejectCode('key_unavailable');
    house.keys.wrong = false;
    house.keys.gone = true;
    await expect(submit()).toRejectCode('key_unavailable');
    expect(await house.desk.log.size()).toBe(size);
  });

  test('the same idempotency key works again after a failed attempt', async () => {
    const key = nextKey();
    house.keys.gone = true;
    await expect(submit(undefined, key)).toRejectCode('key_unavailable');
    house.keys.gone = false;
    expect((await submit(undefined, key)).kind).toBe('signed');
  });
});

describe('idempotency', () => {
  test('twenty at once with one key make one signature and one answer', async () => {
    const key = nextKey();
    const size = await house.desk.log.size();
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => submit(undefined, key)));
    expect(new Set(outcomes.map((o) => JSON.stringify(o))).size).toBe(1);
    expect(house.keys.signatures).toBe(1);
    expect(await house.desk.log.size()).toBe(size + 1);
  });

  test('a repeat, also after a restart, gets the very same answer', async () => {
    const key = nextKey();
    const first = await submit(undefined, key);
    await submit(body('other.tgz', TRUSTED));
    expect(await submit(undefined, key)).toEqual(first);
    await house.close();
    house = await openHouse(world, { dir: house.dir });
    expect(await submit(undefined, key)).toEqual(first);
    expect(house.keys.signatures).toBe(0);
  });

  test('a held request is held once', async () => {
    const key = nextKey();
    const [a, b] = await Promise.all([submit(body(), key), submit(body(), key)]);
    expect(a).toEqual(b);
    expect(await submit(body(), key)).toEqual(a);
    expect((await house.desk.snapshot(TENANT, '', 10)).holds).toHaveLength(1);
  });

  test('another body is a conflict, at the same time and later; a renewed entitlement token is not', async () => {
    const key = nextKey();
    const one = submit(body('one.tgz', TRUSTED), key);
    await expect(submit(body('two.tgz', TRUSTED), key)).toRejectCode('idempotency_conflict');
    const first = await one;
    await expect(submit(body('two.tgz', TRUSTED), key)).toRejectCode('idempotency_conflict');
    const renewed = { ...body('one.tgz', TRUSTED), poe: { format: 'jwt' as const, value: 'another' } };
    expect(await submit(renewed, key)).toEqual(first);
  });

  test('a key belongs to its tenant and subject', async () => {
    const key = nextKey();
    const mine = await submit(body('one.tgz', TRUSTED), key);
    const theirs = await submit(body('two.tgz', TRUSTED), key, caller({ subject: 'other@acme' }));
    expect(theirs).not.toEqual(mine);
  });

  test('a lease of another attempt is in_progress until it ends', async () => {
    const key = nextKey();
    const now = house.clock.now.getTime();
    await submit(undefined, key);
    await house.store.write((db) =>
      db
        .updateTable('idempotency')
        .set({ outcome: null, requestId: null, lease: 'another', leaseEnds: now + 1000 })
        .where('key', '=', key)
        .execute(),
    );
    await expect(submit(undefined, key)).toRejectCode('in_progress');
    house.clock.now = new Date(now + 1001);
    expect((await submit(undefined, key)).kind).toBe('signed');
  });

  test('a lease that was taken over meanwhile: the late one changes nothing', async () => {
    const size = await house.desk.log.size();
    house.gates.during = async () => edit(house, "update idempotency set lease = 'another'");
    await expect(submit()).toRejectCode('in_progress');
    await expect(submit(body())).toRejectCode('in_progress');
    expect(await house.desk.log.size()).toBe(size);
  });

  test('an attempt that died with its process does not hold up the next one', async () => {
    const key = nextKey();
    await submit(undefined, key);
    const never = Number.MAX_SAFE_INTEGER;
    edit(house, 'update idempotency set outcome = null, requestId = null, leaseEnds = ?', never);
    await expect(submit(undefined, key)).toRejectCode('in_progress');
    house = await reopen(house);
    expect((await submit(undefined, key)).kind).toBe('signed');
  });

  test('what is a day old is forgotten', async () => {
    await signed();
    house.clock.now = new Date(house.clock.now.getTime() + 25 * 3600 * 1000);
    await house.desk.sweep();
    const left = await house.store.read((db) => db.selectFrom('issued').select('requestId').execute());
    expect(left).toEqual([]);
  });

  test('the entitlement token is nowhere in the store', async () => {
    const secret = 'entitlement-token-that-is-a-secret';
    await submit({ ...body('one.tgz', TRUSTED), poe: { format: 'jwt', value: secret } });
    await submit({ ...body('one.tgz'), poe: { format: 'jwt', value: secret } });
    const { readdir, readFile } = await import('node:fs/promises');
    for (const name of await readdir(house.dir))
      expect((await readFile(`${house.dir}/${name}`)).includes(secret)).toBe(false);
  });
});

describe('refused before anything is stored', () => {
  const nothing = async () => {
    const rows = await house.store.read((db) => db.selectFrom('idempotency').selectAll().execute());
    expect(rows).toEqual([]);
    expect(await house.desk.log.size()).toBe(1);
  };

  test.each([
    'https://stella.ops/approval/v1',
    'HTTPS://stella.ops/Ceremony/v9',
    'https://stella.ops/grant/',
    'https://stella.ops/review/v1',
  ])('our own predicate %s', async (predicateType) => {
    await expect(submit({ ...body(), predicateType })).toRejectCode('predicate_reserved');
    await nothing();
  });

  test('a payload over 16 MiB', async () => {
    await expect(submit({ ...body(), predicate: { text: 'x'.repeat(16 * 1024 * 1024) } })).toRejectCode(
      'too_large',
    );
    await nothing();
  });

  test('a number that no canonical form keeps', async () => {
    await expect(submit({ ...body(), predicate: { n: Number.NaN } })).toRejectCode('schema_invalid');
    await nothing();
  });

  test.each([
    ['not entitled', 'fail', 'not_entitled'],
    ['entitlement unknown', 'unavailable', 'poe_unavailable'],
  ] as const)('%s', async (_title, result, code) => {
    house.gates.poe = result;
    await expect(submit()).toRejectCode(code);
    await nothing();
  });
});

describe('keys', () => {
  test.each(['file:log', 'file:attestation', 'file:none'])('callers may not name %s', async (keyId) => {
    await expect(submit(body('a', TRUSTED, { keyId }))).toRejectCode('key_forbidden');
  });

  test('keyless is not to be had', async () => {
    await expect(submit(body('a', TRUSTED, { signingMode: 'keyless' }))).toRejectCode('key_unavailable');
  });

  test.each(['pending', 'revoked', 'compromised'] as const)(
    'a %s key is forbidden by name and unavailable by default',
    async (state) => {
      const chain = successor(world.chain, (next) => void (next.keys[0]!.state = state), [
        world.people.ana,
        world.people.cai,
      ]);
      await house.close();
      house = await openHouse(world, { dir: house.dir, chain });
      await expect(submit(body('a', TRUSTED, { keyId: 'file:release' }))).toRejectCode('key_forbidden');
      await expect(submit()).toRejectCode('key_unavailable');
    },
  );

  test('a key of another tenant is forbidden', async () => {
    const chain = successor(world.chain, (next) => void (next.keys[0]!.tenants = ['other']), [
      world.people.ana,
      world.people.cai,
    ]);
    await house.close();
    house = await openHouse(world, { dir: house.dir, chain });
    await expect(submit(body('a', TRUSTED, { keyId: 'file:release' }))).toRejectCode('key_forbidden');
    const theirs = await submit(
      body('a', TRUSTED, { keyId: 'file:release' }),
      nextKey(),
      caller({ tenant: 'other' }),
    );
    expect(theirs.kind).toBe('signed');
  });

  test('an approval-only key is held even when every gate passes', async () => {
    const id = await held(house, body('a', TRUSTED, { keyId: 'file:release-approved' }));
    expect(await house.desk.status(TENANT, id, API)).toMatchObject({
      kind: 'key-approval',
      state: 'waiting',
    });
  });
});

describe('held', () => {
  test('202 with code, match number and status URL; the request follows from its payload', async () => {
    const outcome = await submit(body());
    if (outcome.kind !== 'held') throw new Error('signed');
    const { requestId, statusUrl, code, matchNumber } = outcome.answer;
    expect(code).toBe('held_manual_approval');
    expect(statusUrl).toBe(`${API}/requests/${requestId}`);
    const status = await house.desk.status(TENANT, requestId, API);
    expect(status).toMatchObject({
      state: 'waiting',
      matchNumber,
      approvals: { needed: 1, given: 0 },
      result: null,
      evidence: null,
    });
    const [hold] = (await house.desk.snapshot(TENANT, '', 10)).holds;
    expect(hold!.request.findings.map((f) => [f.gate, f.result])).toEqual([
      ['optok', 'pass'],
      ['poe', 'pass'],
      ['quota', 'pass'],
      ['release', 'fail'],
      ['policy', 'pass'],
    ]);
    expect(hold!.request.keys).toEqual(['file:release-approved']);
    expect((await leavesOf(house))[hold!.held.index]!.record).toEqual(hold!.held.record);
  });

  test('nobody could approve it: a blind payload for a key that wants its own approval', async () => {
    const blind = {
      ...body('a', TRUSTED, { keyId: world.held }),
      predicateType: 'https://example.org/unknown',
    };
    await expect(submit(blind)).toRejectCode('not_approvable');
  });

  test("another tenant's request is forbidden, an unknown one not found", async () => {
    const id = await held(house);
    await expect(house.desk.status('other', id, API)).toRejectCode('tenant_forbidden');
    await expect(house.desk.withdraw('other', id)).toRejectCode('tenant_forbidden');
    await expect(house.desk.evidence('other', id)).toRejectCode('tenant_forbidden');
    await expect(house.desk.status(TENANT, '01ARZ3NDEKTSV4RRFFQ69G5FAV', API)).toRejectCode('not_found');
  });

  test('withdrawn once, then it no longer waits', async () => {
    const id = await held(house);
    await house.desk.withdraw(TENANT, id);
    expect(await house.desk.status(TENANT, id, API)).toMatchObject({ state: 'withdrawn', code: 'withdrawn' });
    await expect(house.desk.withdraw(TENANT, id)).toRejectCode('not_waiting');
    await expect(house.desk.evidence(TENANT, id)).toRejectCode('not_found');
    expect((await leavesOf(house)).at(-1)!.record).toMatchObject({
      event: 'closed',
      state: 'withdrawn',
      requestId: id,
    });
  });

  test('silence until expiry ends it', async () => {
    const id = await held(house);
    house.clock.now = new Date(house.clock.now.getTime() + 3600 * 1000 + 1);
    await house.desk.sweep();
    expect(await stateOf(house, id)).toBe('expired');
    expect((await leavesOf(house)).at(-1)!.record).toMatchObject({ event: 'closed', state: 'expired' });
  });
});

describe('quota', () => {
  test('counted by tenant and minute, with the seconds to wait', async () => {
    await tearDown(house);
    world = makeWorld({ requestsPerMinute: 2 });
    house = await openHouse(world);
    house.clock.now = new Date('2026-11-23T12:00:20.000Z');
    await submit();
    await submit();
    await expect(submit()).rejects.toMatchObject({ code: 'quota_exceeded', retryAfter: 40 });
    expect((await submit(undefined, nextKey(), caller({ tenant: 'other' }))).kind).toBe('signed');
    house.clock.now = new Date('2026-11-23T12:01:00.000Z');
    expect((await submit()).kind).toBe('signed');
  });

  test('a repeat costs nothing', async () => {
    await tearDown(house);
    world = makeWorld({ requestsPerMinute: 1 });
    house = await openHouse(world);
    const key = nextKey();
    await submit(undefined, key);
    await submit(undefined, key);
    await expect(submit()).toRejectCode('quota_exceeded');
  });
});
