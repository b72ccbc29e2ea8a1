// An emergency bypass from raising to the last signature: two officers, one count, and every way in which it ends.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parseEnvelope } from '../../../core/dsse/envelope.ts';
import { parseGrant } from '../../../core/predicate/grant.ts';
import { viewOf } from '../../../core/review/view.ts';
import { verifyEvidence } from '../../../core/verify/evidence.ts';
import { verifySpend } from '../../../core/verify/spend.ts';
import { nodeCrypto } from '../../../ports/crypto.ts';
import { viewDigestOf } from '../../../second/view.ts';
import { viewDigest } from '../../../core/review/view.ts';
import { makeWorld, SCANNER } from '../../support/world.ts';
import '../../support/matchers.ts';
import {
  API,
  TENANT,
  TRUSTED,
  body,
  caller,
  decideAs,
  holdOf,
  leavesOf,
  nextKey,
  openHouse,
  outage,
  seatOf,
  stateOf,
  tearDown,
  type House,
} from './house.ts';
import { SBOM, bypass, grantNow, granted, operator, raised, sign } from './grant-support.ts';

const world = makeWorld();
const { ana, ben, cai } = world.people;
let house: House;
beforeEach(async () => {
  house = await openHouse(world);
});
afterEach(() => tearDown(house));

const minutes = (n: number): void => {
  house.clock.now = new Date(house.clock.now.getTime() + n * 60_000);
};
const endings = async () =>
  (await leavesOf(house)).flatMap(({ record }) =>
    record.event === 'ended' ? [[record.why, record.officer, record.machine, record.reason]] : [],
  );

describe('what officers are asked', () => {
  test('is the whole statement of the grant, with the outage as evidence, and no byte of it is hidden', async () => {
    const id = await raised(house);
    const { hold, payload } = await holdOf(house, id);
    expect(parseGrant(payload)).toEqual({
      signer: world.pin,
      requestId: id,
      tenant: TENANT,
      raisedBy: { subject: 'ops@acme', jkt: 'jkt' },
      predicateTypes: [SBOM],
      count: 5,
      minutes: 30,
      cause: 'the licensing service is down',
      outage: outage(house.clock.now),
    });
    expect(hold.request).toMatchObject({
      kind: 'emergency-bypass',
      keys: ['file:release-approved'],
      quorum: world.policy.kinds['emergency-bypass'].quorum,
    });
    const view = viewOf(nodeCrypto, '1', hold.request.payloadType, payload);
    expect(view).toMatchObject({ flags: [], notRendered: [] });
    expect(view.claims).toContainEqual({ path: '/predicate/outage/reason', value: 'timed_out' });
    expect(viewDigestOf('1', hold.request.payloadType, payload)).toBe(viewDigest(nodeCrypto, view));
  });

  test('what was left out is the ceiling', async () => {
    const { count: _count, minutes: _minutes, ...rest } = bypass();
    const { payload } = await holdOf(house, await raised(house, rest));
    expect(parseGrant(payload)).toMatchObject({ count: 100, minutes: 60 });
  });

  test('the same key brings the same answer, another body none', async () => {
    house.gates.poe = 'unavailable';
    const first = await house.desk.raiseBypass(operator(), bypass(), 'again', API);
    expect(first.code).toBe('held_emergency_bypass');
    house.gates.poe = 'pass';
    expect(await house.desk.raiseBypass(operator(), bypass(), 'again', API)).toEqual(first);
    await expect(house.desk.raiseBypass(operator(), bypass({ count: 6 }), 'again', API)).toRejectCode(
      'idempotency_conflict',
    );
    await expect(house.desk.submit(operator(), body('x', TRUSTED), 'again', API)).toRejectCode(
      'idempotency_conflict',
    );
  });

  test('is refused while the licence can be checked, or its last yes still counts', async () => {
    const raise = (given = bypass()) => house.desk.raiseBypass(operator(), given, nextKey(), API);
    await expect(raise()).toRejectCode('bypass_not_needed');
    house.gates.cached = true;
    await expect(raise()).toRejectCode('bypass_not_needed');
    house.gates.poe = 'unavailable';
    house.gates.lastYes = new Date(house.clock.now.getTime() - 59_999).toISOString();
    await expect(raise()).toRejectCode('bypass_not_needed');
    house.gates.lastYes = new Date(house.clock.now.getTime() - 60_000).toISOString();
    expect((await raise()).status).toBe('waiting');
    house.gates.poe = 'fail';
    await expect(raise()).toRejectCode('not_entitled');
  });

  test('another tenant cannot be asked for', async () => {
    house.gates.poe = 'unavailable';
    await expect(house.desk.raiseBypass(operator(), bypass({ tenant: 'beta' }), nextKey(), API)).toRejectCode(
      'tenant_forbidden',
    );
  });
});

describe('granting', () => {
  test('needs the quorum of the policy; one officer makes none', async () => {
    const id = await raised(house);
    await decideAs(house, ana, id);
    expect(await stateOf(house, id)).toBe('waiting');
    expect(await house.desk.grants(TENANT)).toEqual([]);
    await expect(sign(house)).toRejectCode('poe_unavailable');
    await decideAs(house, ben, id);
    expect(await stateOf(house, id)).toBe('signed');
  });

  test('is not for whoever raised it, nor for whom the directory names as able to start that caller', async () => {
    const own = await raised(house, bypass(), operator({ subject: 'ana@acme' }));
    await expect(decideAs(house, ana, own)).toRejectCode('officer_is_requester');
    const started = await raised(house, bypass(), operator({ subject: 'nightly@acme' }));
    await expect(decideAs(house, ben, started)).toRejectCode('officer_starts_caller');
  });

  test('one denial ends it', async () => {
    const id = await raised(house);
    await decideAs(house, ana, id);
    await decideAs(house, cai, id, { verdict: 'deny' });
    expect(await stateOf(house, id)).toBe('denied');
    expect(await house.desk.grants(TENANT)).toEqual([]);
  });

  test('makes a bundle of the grant whose evidence verifies, and tells Consoles of it', async () => {
    const grant = await granted(house);
    expect(grant).toEqual({
      id: (await house.desk.status(TENANT, grant.requestId, API)).payloadDigest,
      requestId: grant.requestId,
      tenant: TENANT,
      predicateTypes: [SBOM],
      count: 5,
      used: 0,
      from: house.clock.now.toISOString(),
      until: new Date(house.clock.now.getTime() + 30 * 60_000).toISOString(),
      cause: 'the licensing service is down',
      raisedBy: 'ops@acme',
      approvedBy: ['ana', 'ben'],
      state: 'live',
      why: null,
      endedBy: null,
      endedAt: null,
    });
    const evidence = await house.desk.evidence(TENANT, grant.requestId);
    expect(verifyEvidence(nodeCrypto, world.trust, evidence).outcome).toBe('signed');
    const events = (await house.desk.events(TENANT, 0, 100)) ?? [];
    expect(events.at(-1)).toMatchObject({ event: 'grant', grant });
  });
});

describe('under a grant', () => {
  test('a request is signed by the approval-only sibling, and answer, log and evidence name the grant', async () => {
    const grant = await granted(house);
    const answer = await sign(house);
    expect(answer.signer.keyId).toBe('file:release-approved');
    expect(answer.grant?.id).toBe(grant.id);
    expect(answer.policy.plan).toBe('none');
    const envelope = parseEnvelope(Buffer.from(JSON.stringify(answer.envelope)));
    expect(envelope.signatures).toHaveLength(1);
    const spent = (await leavesOf(house)).at(-1)!;
    expect(spent.record).toMatchObject({ event: 'spent', grant: grant.id, ordinal: 1, tenant: TENANT });
    expect(spent.index).toBe(answer.log.leafIndex);
    expect(await grantNow(house, grant.id)).toMatchObject({ used: 1, state: 'live' });
    const id = answer.evidence.split('/').at(-2)!;
    const evidence = await house.desk.spendEvidence(TENANT, id);
    expect(verifySpend(nodeCrypto, world.trust, evidence)).toMatchObject({
      requestId: id,
      grant: grant.id,
      ordinal: 1,
      count: 5,
      key: 'file:release-approved',
      evidence: { officers: ['ana', 'ben'] },
    });
    await expect(house.desk.spendEvidence('beta', id)).toRejectCode('tenant_forbidden');
    await expect(house.desk.evidence(TENANT, id)).toRejectCode('not_found');
  });

  test('the same idempotency key spends once', async () => {
    const grant = await granted(house);
    const first = await sign(house, 'a', 'same');
    expect(await sign(house, 'a', 'same')).toEqual(first);
    expect(await Promise.all([1, 2, 3].map(() => sign(house, 'a', 'same')))).toEqual([first, first, first]);
    expect((await grantNow(house, grant.id)).used).toBe(1);
  });

  test('another predicate type, or another tenant, is not signed', async () => {
    await granted(house);
    const vex = { ...body('a', TRUSTED), predicateType: 'https://openvex.dev/ns/v0.2.0' };
    await expect(sign(house, 'a', nextKey(), vex)).toRejectCode('poe_unavailable');
    await expect(
      house.desk.submit(caller({ tenant: 'beta' }), body('a', TRUSTED), nextKey(), API),
    ).toRejectCode('poe_unavailable');
  });

  test('it stands in for the licence only: what wants officers besides waits for the service', async () => {
    const grant = await granted(house);
    await expect(house.desk.submit(caller(), body('a'), nextKey(), API)).toRejectCode('poe_unavailable');
    await expect(
      house.desk.submit(caller(), body('a', TRUSTED, { keyId: world.held }), nextKey(), API),
    ).toRejectCode('poe_unavailable');
    await expect(
      house.desk.submit(caller(), body('a', TRUSTED, { keyId: 'file:release-approved' }), nextKey(), API),
    ).toRejectCode('poe_unavailable');
    expect((await grantNow(house, grant.id)).used).toBe(0);
  });

  test('50 at once against a count of 5: exactly 5 signatures are made, and 5 leave', async () => {
    const grant = await granted(house);
    const made = house.keys.signatures;
    const all = await Promise.allSettled(Array.from({ length: 50 }, (_, n) => sign(house, `a${n}`)));
    const signed = all.filter((one) => one.status === 'fulfilled').map((one) => one.value);
    expect(signed).toHaveLength(5);
    expect(house.keys.signatures - made).toBe(5);
    for (const one of all) if (one.status === 'rejected') expect(one.reason.code).toBe('poe_unavailable');
    const ordinals = (await leavesOf(house)).flatMap(({ record }) =>
      record.event === 'spent' ? [record.ordinal] : [],
    );
    expect(ordinals).toEqual([1, 2, 3, 4, 5]);
    expect(await grantNow(house, grant.id)).toMatchObject({ used: 5, state: 'ended', why: 'exhausted' });
  });

  test('a key that cannot sign spends nothing', async () => {
    const grant = await granted(house);
    house.keys.gone = true;
    await expect(sign(house, 'a', 'gone')).toRejectCode('key_unavailable');
    house.keys.gone = false;
    expect((await grantNow(house, grant.id)).used).toBe(0);
    await sign(house, 'a', 'gone');
    expect((await grantNow(house, grant.id)).used).toBe(1);
  });

  test('of several, the one that ends first and is for this is spent', async () => {
    const late = await granted(house, [ana, ben], bypass({ minutes: 60 }));
    const soon = await granted(house, [ana, ben], bypass({ minutes: 5, count: 1 }));
    expect((await sign(house, 'a')).grant?.id).toBe(soon.id);
    expect((await sign(house, 'b')).grant?.id).toBe(late.id);
  });

  test('no more than a few are in force at once', async () => {
    for (let n = 0; n < 8; n++) await granted(house, [ana, ben], bypass({ count: n + 1 }));
    await expect(raised(house)).toRejectCode('bypass_limit');
  });
});

describe('a grant ends', () => {
  test('by time, to the millisecond, whether or not somebody looked at the clock', async () => {
    const grant = await granted(house);
    minutes(30);
    house.clock.now = new Date(house.clock.now.getTime() - 1);
    await sign(house, 'a');
    house.clock.now = new Date(house.clock.now.getTime() + 1);
    await expect(sign(house, 'b')).toRejectCode('poe_unavailable');
    expect(await grantNow(house, grant.id)).toMatchObject({ used: 1, state: 'ended', why: 'expired' });
    const other = await granted(house);
    minutes(31);
    await house.desk.sweep();
    expect(await grantNow(house, other.id)).toMatchObject({ state: 'ended', why: 'expired' });
    expect(await endings()).toHaveLength(2);
  });

  test('at once by any one officer; the leaf names officer, machine and reason, and once is enough', async () => {
    const grant = await granted(house);
    await house.desk.revokeGrant(seatOf(cai), grant.id, 'not needed');
    await house.desk.revokeGrant(seatOf(ana), grant.id, 'me too');
    await expect(sign(house)).toRejectCode('poe_unavailable');
    expect(await endings()).toEqual([['revoked', 'cai', 'cai-machine', 'not needed']]);
    expect(await grantNow(house, grant.id)).toMatchObject({ state: 'ended', why: 'revoked', endedBy: 'cai' });
    await expect(house.desk.revokeGrant(seatOf(cai), world.pin, 'x')).toRejectCode('not_found');
  });

  test('by the first answer of the licensing service, a no as well as a yes; a kept yes is no answer', async () => {
    for (const answer of ['pass', 'fail'] as const) {
      const grant = await granted(house);
      house.gates.poe = 'pass';
      house.gates.cached = true;
      await sign(house, `kept-${answer}`);
      expect(await grantNow(house, grant.id)).toMatchObject({ state: 'live' });
      delete house.gates.cached;
      house.gates.poe = answer;
      await sign(house, answer).catch(() => undefined);
      expect(await grantNow(house, grant.id)).toMatchObject({ state: 'ended', why: 'poe_returned' });
      house.gates.poe = 'unavailable';
      await expect(sign(house)).toRejectCode('poe_unavailable');
    }
  });

  test('before it began, when the key was away for longer than approvals last', async () => {
    const id = await raised(house);
    await decideAs(house, ana, id);
    house.keys.gone = true;
    await decideAs(house, ben, id);
    expect(await stateOf(house, id)).toBe('committed');
    minutes(16);
    house.keys.gone = false;
    await house.desk.sweep();
    await house.desk.settled();
    expect(await stateOf(house, id)).toBe('signed');
    expect(await house.desk.grants(TENANT)).toMatchObject([
      { requestId: id, state: 'ended', why: 'expired' },
    ]);
    await expect(sign(house)).toRejectCode('poe_unavailable');
  });

  test('while one was being signed: it does not leave', async () => {
    const grant = await granted(house);
    house.gates.during = async () => {
      delete house.gates.during;
      await house.desk.revokeGrant(seatOf(cai), grant.id, 'now');
    };
    await expect(sign(house)).toRejectCode('poe_unavailable');
    const other = await granted(house);
    const real = house.keys.sign.bind(house.keys);
    house.keys.sign = async (name, message) => {
      const signature = await real(name, message);
      if (name === 'file:release-approved')
        await house.desk.revokeGrant(seatOf(cai), other.id, 'in the middle');
      return signature;
    };
    await expect(sign(house)).toRejectCode('grant_ended');
    expect((await grantNow(house, other.id)).used).toBe(0);
  });
});

test('the requester of a request is not looked at by a grant, but its licence is: nothing is spent while it answers', async () => {
  const grant = await granted(house);
  house.gates.poe = 'pass';
  const outcome = await house.desk.submit(caller({ subject: SCANNER }), body('a', TRUSTED), nextKey(), API);
  expect(outcome).toMatchObject({
    kind: 'signed',
    answer: { grant: null, signer: { keyId: 'file:release' } },
  });
  expect(await grantNow(house, grant.id)).toMatchObject({ used: 0, state: 'ended', why: 'poe_returned' });
});
