// A directory that takes something back while requests wait: what was held before is not signed under the older rules.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { digestOf } from '../../../core/json/digest.ts';
import { verifyEvidence } from '../../../core/verify/evidence.ts';
import { verifyChain } from '../../../core/trust/chain.ts';
import { nodeCrypto } from '../../../ports/crypto.ts';
import { makeWorld, successor, TENANT, type World } from '../../support/world.ts';
import {
  alarmsOf,
  body,
  decideAs,
  headOf,
  held,
  leavesOf,
  openHouse,
  reopen,
  seatOf,
  sealedBy,
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

/** Version 2 names this policy. */
function withPolicy(policy: World['policy']) {
  const { ben, cai } = world.people;
  const chain = successor(world.chain, (next) => (next.policy = digestOf(nodeCrypto, policy)), [ben, cai]);
  return { chain, policy };
}

describe('another policy', () => {
  test('nobody approves what was held under the old one, and a denial still ends it', async () => {
    const { ana, cai } = world.people;
    const id = await held(house);
    house = await reopen(house, withPolicy(makeWorld({ approvalSeconds: 60 }).policy));
    const sealed = await sealedBy(house, ana, id);
    await expect(house.desk.decide(seatOf(ana), sealed)).toRejectCode('policy_mismatch');
    await decideAs(house, cai, id, { verdict: 'deny' });
    expect(await stateOf(house, id)).toBe('denied');
    expect(verifyEvidence(nodeCrypto, world.trust, await house.desk.evidence(TENANT, id)).outcome).toBe(
      'denied',
    );
  });

  test('a quorum that began under the old one is refused, with an alarm', async () => {
    const { ana, ben } = world.people;
    const id = await held(house, body('app.tgz', undefined, { keyId: world.held }));
    await decideAs(house, ana, id);
    await decideAs(house, ben, id);
    expect(await stateOf(house, id)).toBe('quorate');
    house = await reopen(house, withPolicy(makeWorld({ approvalSeconds: 60 }).policy));
    await house.desk.settled();
    expect(await stateOf(house, id)).toBe('refused');
    expect(await alarmsOf(house)).toEqual(['policy_mismatch']);
    expect(house.keys.signatures).toBe(0);
  });
});

test('evidence from before a newer version shows that version after its intent, and verifies with it', async () => {
  const { ana, ben, cai } = world.people;
  const id = await held(house);
  await decideAs(house, ana, id);
  expect(await stateOf(house, id)).toBe('signed');
  const early = await house.desk.evidence(TENANT, id);
  const chain = successor(
    world.chain,
    (next) => {
      next.officers = next.officers.filter((o) => o.id !== 'ana');
      next.keys = next.keys.filter((k) => k.holder !== 'ana');
    },
    [ben, cai],
  );
  house = await reopen(house, { chain });
  const late = await house.desk.evidence(TENANT, id);
  const trust = verifyChain(nodeCrypto, chain, world.pin);
  expect(verifyEvidence(nodeCrypto, trust, late)).toMatchObject({ outcome: 'signed', directory: 2 });
  expect(verifyEvidence(nodeCrypto, world.trust, early)).toMatchObject({ outcome: 'signed', directory: 1 });
  expect(() => verifyEvidence(nodeCrypto, trust, early)).toThrow();
});

test('one signature over a head that the log never had is one alarm, however often it is sent', async () => {
  const { ana } = world.people;
  const id = await held(house);
  const logHead = { ...(await headOf(house)), root: Buffer.alloc(32, 9).toString('base64') };
  const sealed = await sealedBy(house, ana, id, { logHead });
  for (let i = 0; i < 20; i++)
    await expect(house.desk.decide(seatOf(ana), sealed)).toRejectCode('head_mismatch');
  expect((await leavesOf(house)).filter((l) => l.record.event === 'alarm')).toHaveLength(1);
  await decideAs(house, ana, id);
  expect(await stateOf(house, id)).toBe('signed');
});

test('a session is in the log once, however often its Console comes back', async () => {
  const seat = seatOf(world.people.ana);
  for (let i = 0; i < 20; i++) await house.desk.seated(seat);
  await house.desk.seated({ ...seat, session: `sha256:${'6'.repeat(64)}` });
  expect((await leavesOf(house)).filter((l) => l.record.event === 'session')).toHaveLength(2);
});
