// Grants under load: whatever ends one in the middle, nothing is spent after its end, and each that was spent left once.
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { makeWorld } from '../../support/world.ts';
import { count } from '../../support/counts.ts';
import { bypass, grantNow, granted, sign } from './grant-support.ts';
import { TENANT, leavesOf, openHouse, reopen, seatOf, tearDown, type House } from './house.ts';

const world = makeWorld();
const { ana, ben, cai } = world.people;
const MANY = 40;
let house: House;
beforeEach(async () => {
  house = await openHouse(world);
});
afterEach(() => tearDown(house));

/** Many ask at once, the same key now and then; `meanwhile` happens among them. Resolves with the bundles that left. */
async function load(meanwhile: () => Promise<void>, round: number): Promise<Set<string>> {
  const asked = Array.from({ length: MANY }, async (_, n) => {
    await sleep(n % 7);
    const key = `round ${round} key ${n - (n % 2)}`;
    return JSON.stringify((await sign(house, `app-${n - (n % 2)}`, key)).bundle);
  });
  const [settled] = await Promise.all([Promise.allSettled(asked), meanwhile()]);
  return new Set(settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : [])));
}

async function expectNothingAfterTheEnd(id: string, left: Set<string>): Promise<void> {
  const own = (await leavesOf(house)).filter(({ record }) => 'grant' in record && record.grant === id);
  const events = own.map(({ record }) => record.event);
  const end = events.indexOf('ended');
  expect(end).toBe(events.length - 1);
  expect(events.filter((event) => event === 'spent')).toHaveLength(left.size);
  const grant = await grantNow(house, id);
  expect(grant).toMatchObject({ state: 'ended', used: left.size });
  expect(grant.used).toBeLessThanOrEqual(grant.count);
}

describe.each(Array.from({ length: count(50) }, (_, round) => round))('round %i', (round) => {
  test('revoked in the middle', async () => {
    const { id } = await granted(house, [ana, ben], bypass({ count: 100 }));
    const left = await load(async () => {
      await sleep(5 + round * 10);
      await house.desk.revokeGrant(seatOf(cai), id, 'now');
    }, round);
    await expectNothingAfterTheEnd(id, left);
  });

  test('the service came back in the middle', async () => {
    const { id } = await granted(house, [ana, ben], bypass({ count: 100 }));
    const left = await load(async () => {
      await sleep(5 + round * 10);
      house.gates.poe = 'fail';
      await sign(house, 'no').catch(() => undefined);
    }, round);
    await expectNothingAfterTheEnd(id, left);
  });

  test('used up, then asked again after a restart: every key has the answer it had', async () => {
    const most = 3 + (round % 10); // of the twenty keys that ask
    const { id } = await granted(house, [ana, ben], bypass({ count: most }));
    const left = await load(() => Promise.resolve(), round);
    expect(left.size).toBe(most);
    house = await reopen(house);
    house.gates.poe = 'unavailable';
    const again = await load(() => Promise.resolve(), round);
    expect(again).toEqual(left);
    await expectNothingAfterTheEnd(id, left);
    expect((await house.desk.grants(TENANT)).filter(({ state }) => state === 'live')).toEqual([]);
  });
});
