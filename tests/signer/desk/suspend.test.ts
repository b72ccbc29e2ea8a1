// A key that an officer suspended signs nothing, whatever was on its way; and nothing brings it back but time or a quorum.
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { SUSPENSION_LASTS, type SealedSuspension } from '../../../core/decision/suspension.ts';
import { pae } from '../../../core/dsse/pae.ts';
import { canonical } from '../../../core/json/canonical.ts';
import { digestOf } from '../../../core/json/digest.ts';
import { keyId } from '../../../core/key/keyid.ts';
import { verifyChain, type DirectoryChain } from '../../../core/trust/chain.ts';
import { verifyPublished } from '../../../core/trust/suspensions.ts';
import { verifyEvidence } from '../../../core/verify/evidence.ts';
import { nodeCrypto } from '../../../ports/crypto.ts';
import type { Step } from '../../../signer/desk/context.ts';
import { nextOf, proposalOf, signatureOf } from '../../support/change.ts';
import { count } from '../../support/counts.ts';
import { orderOf, sealOrder } from '../../support/suspension.ts';
import { makeWorld, type Person, type World } from '../../support/world.ts';
import { dieAt, worldOnDisk } from './dying.ts';
import { granted, sign } from './grant-support.ts';
import {
  API,
  TRUSTED,
  alarmsOf,
  body,
  caller,
  decideAs,
  edit,
  held,
  holdOf,
  leavesOf,
  nextKey,
  openHouse,
  reopen,
  seatOf,
  stateOf,
  tearDown,
  TENANT,
  type House,
} from './house.ts';

const KEY = 'file:release';
const APPROVED = 'file:release-approved';
let world: World;
let house: House;
let ana: Person;
let ben: Person;
let cai: Person;
beforeEach(async () => {
  world = makeWorld();
  ({ ana, ben, cai } = world.people);
  house = await openHouse(world);
});
afterEach(() => tearDown(house));

const suspend = (sealed: SealedSuspension) => house.desk.suspensions.order(sealed);
const order = (key = KEY, who = ana) => orderOf(world, who, { key });
const ask = (name = 'app.tgz') => sign(house, name);
const wait = (ms: number): void => void (house.clock.now = new Date(house.clock.now.getTime() + ms));
const suspendedLeaves = async () =>
  (await leavesOf(house)).filter(({ record }) => record.event === 'suspended');

/** A version by ana and ben, in force. */
async function inForce(change: Parameters<typeof nextOf>[1]): Promise<void> {
  const next = nextOf(house.standing.trust, change);
  await house.desk.directory.propose(seatOf(ana), proposalOf(ana, next));
  await house.desk.directory.sign(seatOf(ben), digestOf(nodeCrypto, next), signatureOf(ben, next));
}

describe('from the commit on', () => {
  test('nothing is signed at once; other keys sign; the answer proves itself', async () => {
    await ask('before');
    const id = await held(house);
    const published = await suspend(order());
    const known = verifyPublished(nodeCrypto, world.trust, published);
    expect(known).toMatchObject({ key: KEY, liftedIn: null });
    expect(Date.parse(known.until) - Date.parse(known.from)).toBe(SUSPENSION_LASTS);
    const made = house.keys.signatures;
    await expect(ask()).toRejectCode('key_suspended');
    expect(house.keys.signatures).toBe(made);
    await decideAs(house, ana, id);
    expect(await stateOf(house, id)).toBe('signed');
  });

  test('an order that comes while a signature is being made keeps it from leaving', async () => {
    const id = await held(house);
    const real = house.keys.sign.bind(house.keys);
    const orders = new Map([KEY, APPROVED].map((name) => [name, order(name)]));
    house.keys.sign = async (name, message) => {
      const signature = await real(name, message);
      const sealed = orders.get(name);
      if (sealed) await suspend(sealed);
      return signature;
    };
    await expect(ask()).toRejectCode('key_suspended');
    expect((await leavesOf(house)).filter(({ record }) => record.event === 'signed')).toEqual([]);
    await decideAs(house, ana, id);
    expect(await stateOf(house, id)).toBe('committed');
    await expect(house.desk.evidence(TENANT, id)).toRejectCode('not_found');
  });

  test('an order between quorum and signature: the committed hold waits, and is signed after it lapsed', async () => {
    house.keys.gone = true;
    const id = await held(house);
    await decideAs(house, ana, id);
    expect(await stateOf(house, id)).toBe('committed');
    await suspend(order(APPROVED));
    house.keys.gone = false;
    const made = house.keys.signatures;
    await house.desk.sweep();
    await house.desk.settled();
    expect(await stateOf(house, id)).toBe('committed');
    expect(house.keys.signatures).toBe(made);
    wait(SUSPENSION_LASTS);
    await house.desk.sweep();
    await house.desk.settled();
    expect(await stateOf(house, id)).toBe('signed');
    const trust = verifyChain(nodeCrypto, await house.desk.suspensions.chain(), world.pin);
    expect(verifyEvidence(nodeCrypto, trust, await house.desk.evidence(TENANT, id)).outcome).toBe('signed');
  });

  test('a hold whose quorum completes is refused with the code, without an alarm', async () => {
    const id = await held(house);
    await suspend(order(APPROVED));
    await decideAs(house, ana, id);
    expect(await house.desk.status(TENANT, id, API)).toMatchObject({
      state: 'refused',
      code: 'key_suspended',
    });
    expect(await alarmsOf(house)).toEqual([]);
    await expect(held(house)).toRejectCode('key_suspended');
  });

  test('nothing is spent under a grant', async () => {
    await granted(house);
    await sign(house, 'one');
    await suspend(order(APPROVED));
    await expect(sign(house, 'two')).toRejectCode('key_suspended');
    const spent = (await leavesOf(house)).filter(({ record }) => record.event === 'spent');
    expect(spent).toHaveLength(1);
  });

  test("an officer-held key's own act is not taken", async () => {
    const id = await held(house, body('app.tgz', undefined, { keyId: world.held }));
    await decideAs(house, cai, id);
    await decideAs(house, ben, id);
    expect(await stateOf(house, id)).toBe('quorate');
    await suspend(order(world.held, cai));
    const soft = world.keys[world.held]!;
    const { hold, payload } = await holdOf(house, id);
    const signature = soft.sign(pae(hold.request.payloadType, payload));
    const bring = () => house.desk.officerSignature(seatOf(ana), id, keyId(nodeCrypto, soft.key), signature);
    await expect(bring()).toRejectCode('key_suspended');
    expect(await stateOf(house, id)).toBe('quorate');
  });

  test.each(Array.from({ length: count(20) }, (_, round) => round))(
    'under load, round %i: every signed leaf stands before the order',
    async (round) => {
      const asked = Array.from({ length: 30 }, async (_, n) => {
        for (let turn = 0; turn < n % 5; turn++) await Promise.resolve();
        return ask(`app-${n}`);
      });
      const turns = async () => {
        for (let turn = 0; turn < round * 3; turn++) await new Promise(setImmediate);
        await suspend(order());
      };
      const [settled] = await Promise.all([Promise.allSettled(asked), turns()]);
      const leaves = await leavesOf(house);
      const stop = leaves.findIndex(({ record }) => record.event === 'suspended');
      expect(leaves.slice(stop).filter(({ record }) => record.event === 'signed')).toEqual([]);
      const left = settled.filter(({ status }) => status === 'fulfilled').length;
      expect(leaves.filter(({ record }) => record.event === 'signed')).toHaveLength(left);
    },
  );
});

describe('an order again', () => {
  test('brings the same suspension while it lasts, also twice at once, also with its signature written in another way', async () => {
    const sealed = order();
    const [one, two] = await Promise.all([suspend(sealed), suspend(sealed)]);
    expect(two.leaf.index).toBe(one.leaf.index);
    const again = sealOrder(ana, sealed.suspension);
    expect(again.proof).not.toEqual(sealed.proof);
    expect((await suspend(again)).leaf.index).toBe(one.leaf.index);
    expect(await suspendedLeaves()).toHaveLength(1);
  });

  test('after it lapsed is refused, with another signature too; a new order is not', async () => {
    const sealed = order();
    await suspend(sealed);
    wait(SUSPENSION_LASTS - 1);
    await expect(ask()).toRejectCode('key_suspended');
    wait(1);
    await ask('after');
    await expect(suspend(sealed)).toRejectCode('suspension_over');
    await expect(suspend(sealOrder(ana, sealed.suspension))).toRejectCode('suspension_over');
    house = await reopen(house);
    wait(SUSPENSION_LASTS);
    await expect(suspend(sealed)).toRejectCode('suspension_over');
    await ask('after');
    await suspend(order());
    await expect(ask()).toRejectCode('key_suspended');
  });

  test('after a quorum lifted it is refused; the key signs from that version on', async () => {
    const sealed = order();
    await suspend(sealed);
    const lifted = [digestOf(nodeCrypto, sealed.suspension)];
    await inForce((next) => void (next.keys.find(({ name }) => name === KEY)!.lifted = lifted));
    await ask();
    await expect(suspend(sealed)).toRejectCode('suspension_over');
    house = await reopen(house);
    await ask('again');
    await expect(suspend(sealed)).toRejectCode('suspension_over');
  });

  test('another officer may suspend it as well: lifting one leaves the other', async () => {
    const [first, second] = [order(), order(KEY, cai)];
    await suspend(first);
    wait(60_000);
    await suspend(second);
    await inForce(
      (next) =>
        void (next.keys.find(({ name }) => name === KEY)!.lifted = [digestOf(nodeCrypto, first.suspension)]),
    );
    await expect(ask()).toRejectCode('key_suspended');
    wait(SUSPENSION_LASTS);
    await ask();
  });

  test('made final by a version that revokes the key', async () => {
    await suspend(order());
    await inForce((next) => void (next.keys.find(({ name }) => name === KEY)!.state = 'revoked'));
    wait(2 * SUSPENSION_LASTS);
    await expect(ask()).rejects.toThrow(/is not active/);
  });
});

describe('an order that does not count', () => {
  test("of an unknown version, of nobody, of another's device", async () => {
    const elsewhere = makeWorld();
    for (const sealed of [
      orderOf(elsewhere, elsewhere.people.ana),
      orderOf(world, ana, { directory: elsewhere.pin }),
      orderOf(world, ana, { officer: 'eve' }),
      orderOf(world, ana, { device: ben.key.device.id }),
    ])
      await expect(suspend(sealed)).toRejectCode('suspension_invalid');
    expect(await suspendedLeaves()).toEqual([]);
    await ask();
  });

  test('under an older version: only of an officer who still stands, with that device, for that key', async () => {
    const { dan } = world.people;
    const [gone, stands] = [order(KEY, dan), order(KEY, cai)];
    await inForce((next) => void (next.officers = next.officers.filter(({ id }) => id !== 'dan')));
    await expect(suspend(gone)).toRejectCode('suspension_invalid');
    await suspend(stands);
    await expect(ask()).toRejectCode('key_suspended');
  });

  test("with a clock of the terminal that is years off is taken: the log's time counts", async () => {
    const { leaf } = await suspend(orderOf(world, ana, { at: '1999-01-01T00:00:00Z' }));
    expect(leaf.record.at).toBe(house.clock.now.toISOString());
  });

  test("a Signer's clock that goes back keeps the key stopped", async () => {
    await suspend(order());
    wait(-48 * 3_600_000);
    await expect(ask()).toRejectCode('key_suspended');
  });
});

describe('what the store says', () => {
  test('a row that is gone while the Signer runs frees nothing; at the next start it is missed', async () => {
    await suspend(order());
    edit(house, 'delete from suspensions');
    await expect(ask()).toRejectCode('key_suspended');
    await house.close();
    await expect(openHouse(world, { dir: house.dir })).toRejectCode('store_tampered');
    // With the chain file, which has the suspension and its proof, the Signer starts and keeps the key stopped.
    house = await openHouse(world, { dir: house.dir, chain: kept! });
    await expect(ask()).toRejectCode('key_suspended');
  });

  /** The chain as it was written last. */
  let kept: DirectoryChain | undefined;
  beforeEach(async () => {
    await house.close();
    house = await openHouse(world, { dir: house.dir, keepChain: async (chain) => void (kept = chain) });
  });

  test.each([
    ['another key', `update suspensions set key = '${APPROVED}'`],
    ['another leaf', 'update suspensions set leaf = 0'],
    ['another order', `update suspensions set "order" = 'sha256:${'0'.repeat(64)}'`],
    ['bytes that are no order', "update suspensions set sealed = x'7b7d'"],
  ])(
    'a row that was edited to say %s frees nothing, and is found out at the next start',
    async (_what, text) => {
      await suspend(order());
      edit(house, text);
      await expect(ask()).toRejectCode('key_suspended');
      await house.close();
      await expect(openHouse(world, { dir: house.dir })).toRejectCode('store_tampered');
      house = await openHouse(world, {});
    },
  );

  test('a row whose order was exchanged for an older one of another time does not end it early', async () => {
    const first = order();
    await suspend(first);
    const bytes = Buffer.from(canonical(order(KEY, cai)));
    edit(house, 'update suspensions set sealed = ?', bytes);
    await house.close();
    await expect(openHouse(world, { dir: house.dir })).toRejectCode('store_tampered');
    house = await openHouse(world, {});
  });

  test('the chain that is kept and told verifies, with each suspension in it', async () => {
    expect((await house.desk.suspensions.chain()).suspensions).toBeUndefined();
    await suspend(order());
    await suspend(order(APPROVED, cai));
    for (const chain of [kept!, await house.desk.suspensions.chain()]) {
      const trust = verifyChain(nodeCrypto, JSON.parse(JSON.stringify(chain)), world.pin);
      expect(trust.suspensions.map(({ key }) => key)).toEqual([KEY, APPROVED]);
    }
    await inForce((next) => void next.callers.pop());
    expect(verifyChain(nodeCrypto, kept, world.pin)).toMatchObject({
      latest: { version: 2 },
      suspensions: [{ key: KEY }, { key: APPROVED }],
    });
  });
});

describe('killed', () => {
  test.each<[Step | 'in-transaction', number]>([
    ['in-transaction', 0],
    ['suspended', 1],
  ])('at %s: leaf and row are both there, or neither is', async (step, expected) => {
    const { world: own, dir } = await worldOnDisk();
    const sealed = orderOf(own, own.people.ana);
    try {
      expect(await dieAt(dir, step as Step, { suspension: sealed })).toBe('SIGKILL');
      const after = await openHouse(own, { dir: join(dir, 'store') });
      const found = (await leavesOf(after)).filter(({ record }) => record.event === 'suspended');
      const rows = await after.store.read((db) => db.selectFrom('suspensions').selectAll().execute());
      expect([found.length, rows.length]).toEqual([expected, expected]);
      const signing = after.desk.submit(caller(), body('app.tgz', TRUSTED), nextKey(), API);
      if (expected === 1) await expect(signing).toRejectCode('key_suspended');
      else expect((await signing).kind).toBe('signed');
      const again = await after.desk.suspensions.order(sealed);
      expect((await leavesOf(after)).filter(({ record }) => record.event === 'suspended')).toHaveLength(1);
      expect(again.leaf.record).toMatchObject({ event: 'suspended' });
      await after.close();
    } finally {
      await rm(dir, { recursive: true, force: true });
    }
  });
});
