// Events and snapshots: gapless, paged, cut off at their tail, and told after the commit.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { makeWorld, TENANT, type World } from '../../support/world.ts';
import { API, body, caller, decideAs, held, nextKey, openHouse, tearDown, type House } from './house.ts';

let world: World;
let house: House;
beforeEach(async () => {
  world = makeWorld();
  house = await openHouse(world, { eventsKept: 5 });
});
afterEach(() => tearDown(house));

const seqs = async (after: number, limit = 100) =>
  (await house.desk.events(TENANT, after, limit))?.map((e) => e.seq) ?? null;

test('a Console that resumes gets exactly what it missed; beyond what is kept it must take a snapshot', async () => {
  for (let n = 0; n < 10; n++) await held(house, body(`a${n}`));
  expect(await seqs(7)).toEqual([8, 9, 10]);
  expect(await seqs(10)).toEqual([]);
  expect(await seqs(4, 2)).toEqual([5, 6]);
  expect(await seqs(11)).toBeNull();
  await held(house, body('last'));
  expect(await seqs(0)).toBeNull();
  expect(await seqs(4)).toBeNull();
  expect(await seqs(5)).toEqual([6, 7, 8, 9, 10, 11]);
  expect(await seqs(0)).toBeNull();
});

test('a tenant of which nothing happened has an empty sequence', async () => {
  expect(await house.desk.events('quiet', 0, 10)).toEqual([]);
  expect(await house.desk.events('quiet', 1, 10)).toBeNull();
  expect(await house.desk.snapshot('quiet', '', 10)).toEqual({ seq: 0, holds: [], more: false });
});

test('a snapshot is paged by request id and says what it is as of', async () => {
  const ids = [];
  for (let n = 0; n < 5; n++) ids.push(await held(house, body(`a${n}`)));
  expect(ids).toEqual(ids.toSorted());
  const first = await house.desk.snapshot(TENANT, '', 2);
  expect(first.holds.map((h) => h.request.id)).toEqual(ids.slice(0, 2));
  expect([first.seq, first.more]).toEqual([5, true]);
  const last = await house.desk.snapshot(TENANT, ids[3]!, 2);
  expect(last.holds.map((h) => h.request.id)).toEqual(ids.slice(4));
  expect(last.more).toBe(false);
});

test('each tenant has a sequence of its own, gapless while others write at once', async () => {
  const submit = (tenant: string, n: number) =>
    house.desk.submit(caller({ tenant }), body(`a${n}`), nextKey(), API);
  await tearDown(house);
  house = await openHouse(world);
  await Promise.all(Array.from({ length: 30 }, (_, n) => submit(['a', 'b', 'c'][n % 3]!, n)));
  for (const tenant of ['a', 'b', 'c']) {
    const events = (await house.desk.events(tenant, 0, 100))!;
    expect(events.map((e) => e.seq)).toEqual(Array.from({ length: 10 }, (_, n) => n + 1));
    expect(new Set(events.map((e) => e.tenant))).toEqual(new Set([tenant]));
  }
  expect(await house.desk.tenants()).toEqual(['a', 'b', 'c'].map((tenant) => ({ tenant, seq: 10 })));
});

describe('listeners', () => {
  test('hear of a tenant once its event can be read, until they unsubscribe', async () => {
    const heard: Promise<readonly unknown[] | null>[] = [];
    const stop = house.desk.onEvents((tenant) => void heard.push(house.desk.events(tenant, 0, 10)));
    await held(house);
    expect((await Promise.all(heard)).map((e) => e?.length)).toEqual([1]);
    stop();
    await held(house, body('b'));
    expect(heard).toHaveLength(1);
  });

  test('one that throws stops nothing', async () => {
    house.desk.onEvents(() => {
      throw new Error('a bad listener');
    });
    const id = await held(house);
    await decideAs(house, world.people.ana, id);
    expect((await house.desk.status(TENANT, id, API)).state).toBe('signed');
    expect(house.errors.length).toBeGreaterThan(0);
  });

  test('an event that is replayed says what it said: state and decisions as of then', async () => {
    const id = await held(house, { ...body(), predicateType: 'https://example.org/unknown' });
    const first = (await house.desk.events(TENANT, 0, 1))![0]!;
    await decideAs(house, world.people.ana, id);
    await decideAs(house, world.people.ben, id);
    expect((await house.desk.events(TENANT, 0, 1))![0]).toEqual(first);
  });
});
