// Grants over the link: in the sequence and in snapshots, and taken back by whoever is seated, as that officer.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { LARGEST_MESSAGE } from '../../../contract/wire/link.ts';
import type { Grant } from '../../../core/predicate/granted.ts';
import { makeWorld } from '../../support/world.ts';
import { bypass, granted, sign } from '../desk/grant-support.ts';
import { TENANT, leavesOf, openHouse, tearDown, type House } from '../desk/house.ts';
import { ModelDesk } from '../../faults/histories/model-desk.ts';
import { seatRaw, startRig, type Raw, type Rig } from './rig.ts';

const world = makeWorld();
const { ana, ben, cai } = world.people;
let house: House;
let rig: Rig<House['desk']>;
beforeEach(async () => {
  house = await openHouse(world);
  rig = await startRig({ world, desk: house.desk });
});
afterEach(async () => {
  await rig.close();
  await tearDown(house);
});

async function subscribed(raw: Raw, seq?: number): Promise<void> {
  raw.send({ type: 'subscribe', ref: 2, cursors: seq === undefined ? [] : [{ tenant: TENANT, seq }] });
  await raw.until('accepted');
}

async function grantTold(raw: Raw): Promise<Grant> {
  for (;;) {
    const { event } = await raw.until('event');
    if (event.event === 'grant') return event.grant;
  }
}

test('each change is an event with the whole grant, as it stood then', async () => {
  const grant = await granted(house, [ana, ben], bypass({ count: 2 }));
  const { raw } = await seatRaw(rig, cai);
  await subscribed(raw, 0);
  expect(await grantTold(raw)).toEqual(grant);
  await sign(house, 'a');
  expect(await grantTold(raw)).toEqual({ ...grant, used: 1 });
  await sign(house, 'b');
  expect(await grantTold(raw)).toMatchObject({ used: 2, state: 'ended', why: 'exhausted', endedBy: null });
  const again = await seatRaw(rig, ana);
  await subscribed(again.raw, 0);
  expect([await grantTold(again.raw), await grantTold(again.raw)]).toEqual([grant, { ...grant, used: 1 }]);
});

test('a snapshot has those in force first, and those that are over', async () => {
  const over = await granted(house, [ana, ben], bypass({ count: 1 }));
  await sign(house);
  const live = await granted(house);
  const { raw } = await seatRaw(rig, cai);
  await subscribed(raw);
  const { grants, more } = await raw.until('snapshot');
  expect(more).toBe(false);
  expect(grants.map(({ id, state }) => [id, state])).toEqual([
    [live.id, 'live'],
    [over.id, 'ended'],
  ]);
});

test('whoever is seated ends one, as the officer of the session and on its machine', async () => {
  const grant = await granted(house);
  const { raw } = await seatRaw(rig, cai);
  await subscribed(raw);
  raw.send({ type: 'revoke-grant', ref: 5, grant: grant.id, reason: 'no longer' });
  expect(await raw.until('accepted')).toEqual({ type: 'accepted', ref: 5 });
  expect(await grantTold(raw)).toMatchObject({ state: 'ended', why: 'revoked', endedBy: 'cai' });
  raw.send({ type: 'revoke-grant', ref: 6, grant: grant.id, reason: 'twice' });
  expect(await raw.until('accepted')).toEqual({ type: 'accepted', ref: 6 });
  raw.send({ type: 'revoke-grant', ref: 7, grant: world.pin, reason: 'of nothing' });
  expect(await raw.until('refused')).toMatchObject({ ref: 7, code: 'not_found' });
  const ended = (await leavesOf(house)).flatMap(({ record }) => (record.event === 'ended' ? [record] : []));
  expect(ended).toHaveLength(1);
  expect(ended[0]).toMatchObject({ officer: 'cai', machine: 'cai-machine', reason: 'no longer' });
});

test.each([
  ['without a reason', { reason: '' }],
  ['with a reason too long', { reason: 'x'.repeat(2001) }],
  ['in the name of another', { officer: 'ana' }],
  ['of a grant by half its name', { grant: world.pin.slice(0, 40) }],
])('%s the link ends, and nothing else does', async (_, change) => {
  const { id } = await granted(house);
  const { raw } = await seatRaw(rig, ben);
  raw.send({ type: 'revoke-grant', ref: 5, grant: id, reason: 'x', ...change });
  expect(await raw.closed).toMatchObject({ reason: 'message_invalid' });
  expect(await house.desk.grants(TENANT)).toMatchObject([{ id, state: 'live' }]);
});

test('many large grants come in pages, none too large', async () => {
  const types = Array.from({ length: 16 }, (_, n) => `https://a.test/${n + 10}/${'x'.repeat(480)}`);
  const large = await granted(
    house,
    [ana, ben],
    bypass({ predicateTypes: types, cause: '\u0001'.repeat(500) }),
  );
  class Many extends ModelDesk {
    override async grants(): Promise<Grant[]> {
      return Array.from({ length: 64 }, () => large);
    }
  }
  const desk = new Many();
  const other = await startRig({ world, desk });
  try {
    const { raw } = await seatRaw(other, cai);
    raw.send({
      type: 'subscribe',
      ref: 2,
      cursors: [
        { tenant: TENANT, seq: 0 },
        { tenant: 'beta', seq: 9 },
      ],
    });
    let count = 0;
    for (let more = true; more;) {
      const page = await raw.until('snapshot');
      expect(Buffer.byteLength(JSON.stringify(page))).toBeLessThan(LARGEST_MESSAGE / 2);
      count += page.grants.length;
      more = page.more;
    }
    expect(count).toBe(64);
  } finally {
    await other.close();
  }
});
