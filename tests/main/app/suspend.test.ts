// Officers' Consoles and a Signer over a real link: one suspends a key, all of them know it, a quorum ends it.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Refusal, WireFault } from '../../../core/fault/fault.ts';
import { openLink } from '../../../main/link/link.ts';
import type { Console } from '../../../main/app/console.ts';
import { FakeSigner } from '../../support/fake-signer.ts';
import { newFolder, openSeat, until, type Seat } from '../../support/seat.ts';
import { orderOf } from '../../support/suspension.ts';
import { makeWorld, type Person, type World } from '../../support/world.ts';
import { openHouse, tearDown, type House } from '../../signer/desk/house.ts';
import { sign } from '../../signer/desk/grant-support.ts';
import { startRig, type Rig } from '../../signer/feed/rig.ts';

const KEY = 'file:release';
let world: World;
let house: House;
let rig: Rig<House['desk']>;
let ana: Person;
let ben: Person;
const open: Console[] = [];
beforeEach(async () => {
  world = makeWorld();
  ({ ana, ben } = world.people);
  house = await openHouse(world);
  rig = await startRig({ world, desk: house.desk, standing: house.standing });
});
afterEach(async () => {
  for (const console of open.splice(0)) await console.close();
  await rig.close();
  await tearDown(house);
});

async function seated(who: Person, dataDir = newFolder(), more: object = {}): Promise<Seat> {
  const over = { openLink, signerUrl: rig.url, timings: { backoffFirst: 5, backoffMost: 20 }, ...more };
  const seat = await openSeat(world, new FakeSigner(world), who, dataDir, over);
  open.push(seat.console);
  await seat.console.signIn();
  return seat;
}
const wish = (who = ana, reason = 'seen on a share') => ({ key: KEY, reason, device: `${who.id}-key` });
const known = (seat: Seat) => seat.console.trusted()?.suspensions.map(({ key }) => key) ?? [];
const journal = (seat: Seat) =>
  seat.console.journal
    .records()
    .flatMap(({ entry }) => (entry.event.includes('suspen') ? [entry.event] : []));

test('one officer orders it: nothing is signed, every Console knows it, each journal says so, a restart forgets nothing', async () => {
  const folder = newFolder();
  const mine = await seated(ana);
  const other = await seated(ben, folder);
  await mine.console.suspendKey(wish());
  await expect(sign(house)).toRejectCode('key_suspended');
  expect(known(mine)).toEqual([KEY]);
  await until(() => known(other).length === 1, 'the suspension at the other Console');
  await until(() => other.events.some(({ event }) => event === 'suspensions'), 'the word of it');
  expect(journal(mine)).toEqual([
    'suspension-intent',
    'suspension-outcome',
    'key-suspended',
    'suspension-ended',
  ]);
  expect(journal(other)).toEqual(['key-suspended']);
  const [leaf] = house.standing.trust.suspensions;
  expect(leaf?.sealed.suspension.machine).toBe(ana.machine.id);
  await other.console.close();
  const again = await openSeat(world, new FakeSigner(world), ben, folder, { openLink, signerUrl: rig.url });
  open.push(again.console);
  expect(known(again)).toEqual([KEY]);
  const late = await seated(world.people.cai);
  await until(() => known(late).length === 1, 'the suspension at a Console that comes later');
});

test('a Console that was away hears of what was ordered at a terminal meanwhile', async () => {
  const folder = newFolder();
  const first = await seated(ben, folder);
  await first.console.close();
  await house.desk.suspensions.order(orderOf(world, ana));
  const seat = await seated(ben, folder);
  await until(() => known(seat).length === 1, 'the suspension');
});

describe('a quorum', () => {
  test.each(['lifted', 'final'] as const)('makes it %s', async (how) => {
    const [mine, other] = [await seated(ana), await seated(ben)];
    await mine.console.suspendKey(wish());
    await house.desk.suspensions.order(orderOf(world, world.people.cai));
    await until(() => known(other).length === 2, 'both');
    const draft = other.console.draftSuspensionEnd(KEY, how);
    const facts = draft.changes.filter(({ what }) => what !== 'heading');
    expect(facts).toMatchObject(
      how === 'lifted'
        ? [{ what: 'key-lifted', key: KEY }]
        : [{ what: 'key-state', key: KEY, before: 'active', after: 'revoked' }],
    );
    await other.console.proposeDirectory(draft, 'ben-key');
    await until(() => mine.console.proposals().length === 1, 'the proposal');
    await mine.console.signDirectory(draft.digest, 'ana-key');
    await until(() => mine.console.trusted()?.latest.version === 2, 'the version');
    if (how === 'lifted') await sign(house);
    else await expect(sign(house)).rejects.toThrow(/is not active/);
    expect(known(mine)).toEqual([KEY, KEY]);
    if (how === 'lifted')
      expect(() => mine.console.draftSuspensionEnd(KEY, 'lifted')).toThrowCode('suspension_over');
  });

  test('has nothing to end where no key is suspended', async () => {
    const seat = await seated(ana);
    expect(() => seat.console.draftSuspensionEnd(KEY, 'lifted')).toThrowCode('suspension_over');
    expect(() => seat.console.draftSuspensionEnd('file:none', 'final')).toThrowCode('key_unknown');
  });
});

describe('nothing is sent', () => {
  test("without a reason, for another kind of key, with another officer's device", async () => {
    const seat = await seated(ana);
    await expect(seat.console.suspendKey(wish(ana, ' '))).toRejectCode('reason_missing');
    await expect(seat.console.suspendKey({ ...wish(), key: 'file:log' })).toRejectCode('key_use');
    await expect(seat.console.suspendKey(wish(ben))).toRejectCode('device_unknown');
    expect(seat.hand.touches).toBe(1); // the session's
    await sign(house);
  });

  test('when it is cancelled at the touch, or before it; the journal says so', async () => {
    const seat = await seated(ana);
    const over = new AbortController();
    seat.hand.touch = () => over.abort();
    await expect(seat.console.suspendKey(wish(), over.signal)).toRejectCode('cancelled');
    await expect(seat.console.suspendKey(wish(), AbortSignal.abort())).toRejectCode('cancelled');
    expect(journal(seat)).toEqual([
      'suspension-intent',
      'suspension-failed',
      'suspension-intent',
      'suspension-failed',
    ]);
    await sign(house);
  });
});

describe('a Signer that lies', () => {
  const with_ = (twist: (link: ReturnType<typeof openLink>) => object) => ({
    openLink: (options: Parameters<typeof openLink>[0]) => {
      const link = openLink(options);
      return new Proxy(link, {
        get: (target, name) => Reflect.get(twist(target), name) ?? Reflect.get(target, name),
      });
    },
  });

  test('that says yes and does nothing is found out', async () => {
    const seat = await seated(
      ana,
      newFolder(),
      with_(() => ({ suspendKey: async () => undefined })),
    );
    await expect(seat.console.suspendKey(wish())).toRejectCode('suspension_invalid');
    expect(journal(seat).at(-1)).toBe('suspension-ended');
  });

  test('that says no, or goes away, is journalled', async () => {
    for (const fault of [new Refusal('suspension_invalid'), new WireFault('unreachable')]) {
      const seat = await seated(
        ana,
        newFolder(),
        with_(() => ({ suspendKey: () => Promise.reject(fault) })),
      );
      await expect(seat.console.suspendKey(wish())).toRejectCode(fault.code);
      await seat.console.close();
    }
  });

  test('that leaves a suspension out of its chain later makes nobody forget it', async () => {
    const folder = newFolder();
    const seat = await seated(ben, folder);
    await house.desk.suspensions.order(orderOf(world, ana));
    await until(() => known(seat).length === 1, 'the suspension');
    await seat.console.close();
    const bare = await seated(
      ben,
      folder,
      with_(() => ({ fetchChain: async () => world.chain })),
    );
    expect(known(bare)).toEqual([KEY]);
  });

  test("an order of another officer, or another machine, is not carried over this officer's link", async () => {
    for (const sealed of [orderOf(world, ben, { machine: ben.machine.id }), orderOf(world, ana)]) {
      const raw = with_((real) => ({ suspendKey: () => real.suspendKey(sealed) }));
      const twisted = await seated(ana, newFolder(), raw);
      await expect(twisted.console.suspendKey(wish())).toRejectCode('session_invalid');
      await twisted.console.close();
    }
    expect(house.standing.trust.suspensions).toEqual([]);
  });
});
