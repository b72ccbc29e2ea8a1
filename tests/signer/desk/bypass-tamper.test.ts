// A grant's row is a cache: edited, added or made to forget, it signs nothing more, and says so.
import { canonical } from '../../../core/json/canonical.ts';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Grant } from '../../../core/predicate/granted.ts';
import { digestOf } from '../../../core/json/digest.ts';
import { nodeCrypto } from '../../../ports/crypto.ts';
import { makeWorld, successor, type World } from '../../support/world.ts';
import '../../support/matchers.ts';
import { bypass, grantNow, granted, raised, sign } from './grant-support.ts';
import {
  TENANT,
  alarmsOf,
  decideAs,
  edit,
  leavesOf,
  nextKey,
  openHouse,
  reopen,
  seatOf,
  tearDown,
  type House,
} from './house.ts';

let world: World;
let house: House;
let grant: Grant;
beforeEach(async () => {
  world = makeWorld();
  house = await openHouse(world);
  grant = await granted(house);
  await sign(house);
});
afterEach(() => tearDown(house));

const alarmLeaves = async () =>
  (await leavesOf(house)).flatMap(({ record }) => (record.event === 'alarm' ? [record.about] : []));

/** Nothing is signed, the first to ask finds out, there is an alarm, and the grant is over for good. */
async function expectSetAside(): Promise<void> {
  const made = house.keys.signatures;
  await expect(sign(house, 'b')).toRejectCode('store_tampered');
  await expect(sign(house, 'c')).toRejectCode('poe_unavailable');
  expect(house.keys.signatures).toBe(made);
  expect(await alarmsOf(house)).toContain('store_tampered');
}

describe('edited while the Signer runs', () => {
  test.each([
    ['fewer used', 'update grants set used = 0'],
    ['more used', 'update grants set used = 3'],
    ['a larger count', 'update grants set count = 100'],
    ['a later end', "update grants set until = '2026-11-23T23:00:00.000Z'"],
    [
      'a later beginning',
      "update grants set \"from\" = '2026-11-23T12:20:00.000Z', until = '2026-11-23T12:50:00.000Z'",
    ],
    ['another leaf', 'update grants set grantedLeaf = 0'],
  ])('%s', async (_, text) => {
    edit(house, text);
    await expectSetAside();
  });

  test('a row that does not even parse: nothing is signed under it, and whoever has a licence is not stopped', async () => {
    edit(house, "update grants set count = 'many'");
    await expect(sign(house, 'b')).toRejectCode('poe_unavailable');
    expect(await alarmLeaves()).toEqual([grant.id]);
    const other = await granted(house);
    edit(house, "update grants set count = 'many' where state = 'live'");
    await house.desk.revokeGrant(seatOf(world.people.cai), other.id, 'over');
    expect(await alarmLeaves()).toEqual([grant.id, other.id]);
    await granted(house);
    edit(house, "update grants set count = 'many' where state = 'live'");
    house.gates.poe = 'pass';
    expect((await sign(house, 'c')).grant).toBeNull();
  });

  test.each([
    [
      'the statement',
      'update holds set payload = cast(replace(cast(payload as text), \'"count":5\', \'"count":9\') as blob)',
    ],
    ['a decision', 'delete from decisions where ordinal = 1'],
    ['the signature over it', "update signatures set signature = x'30'"],
    ['the approval', 'update holds set approval = null'],
    ['the state of its hold', "update holds set state = 'denied'"],
  ])('%s', async (_, text) => {
    edit(house, text);
    await expectSetAside();
  });

  test('the leaf of a use was made to be about something else', async () => {
    edit(
      house,
      "update leaves set about = null where about = ? and cast(record as text) like '%spent%'",
      grant.id,
    );
    edit(house, 'update grants set used = 0');
    await expectSetAside();
  });

  test('the leaf of a use was deleted', async () => {
    edit(house, 'delete from leaves where cast(record as text) like \'%"event":"spent"%\'');
    edit(house, 'update grants set used = 0');
    await expectSetAside();
  });

  test('one that was revoked was made to live again', async () => {
    await house.desk.revokeGrant(seatOf(world.people.cai), grant.id, 'over');
    edit(
      house,
      "update grants set state = 'live', why = null, endedBy = null, endedAt = null, endLeaf = null",
    );
    await expectSetAside();
  });

  test('one that was revoked, its leaf hidden too, lives again neither in this process nor in the next', async () => {
    await house.desk.revokeGrant(seatOf(world.people.cai), grant.id, 'over');
    edit(
      house,
      "update grants set state = 'live', why = null, endedBy = null, endedAt = null, endLeaf = null",
    );
    edit(house, 'update leaves set about = null where cast(record as text) like \'%"event":"ended"%\'');
    house = await reopen(house);
    house.gates.poe = 'unavailable';
    await expectSetAside();
  });

  test('a row for a hold that nobody approved yet', async () => {
    const id = await raised(house, bypass({ count: 9 }));
    await decideAs(house, world.people.ana, id);
    const { payloadDigest } = await house.desk.status(TENANT, id, '');
    edit(house, 'update grants set requestId = ?, "grant" = ?, count = 9, used = 0', id, payloadDigest);
    await expectSetAside();
  });

  test('a row for a hold that was another kind', async () => {
    edit(
      house,
      "update holds set request = cast(replace(cast(request as text), 'emergency-bypass', 'manual-approval') as blob)",
    );
    await expect(sign(house, 'b')).toRejectCode('store_tampered');
  });

  test('what was signed under it is not handed on when its row was changed', async () => {
    const answer = await sign(house, 'b', 'b-key');
    const id = answer.evidence.split('/').at(-2)!;
    edit(house, "update issued set payload = x'7b7d' where requestId = ?", id);
    await expect(sign(house, 'b', 'b-key')).toRejectCode('store_tampered');
    await expect(house.desk.spendEvidence(TENANT, id)).toRejectCode('store_tampered');
  });

  test('a grant that cannot be shown stops nobody’s sequence nor snapshot', async () => {
    edit(house, "update grants set count = 'many'");
    const events = (await house.desk.events(TENANT, 0, 100))!;
    expect(events.map((e) => e.seq)).toEqual(events.map((_, i) => i + 1));
    expect(events.filter((e) => e.event === 'alarm').length).toBeGreaterThan(0);
    expect(await house.desk.grants(TENANT)).toEqual([]);
    await house.desk.sweep();
  });
});

describe('a directory that takes something back', () => {
  const next = (change: Parameters<typeof successor>[1]) =>
    successor(world.chain, change, [world.people.ana, world.people.cai]);

  test('an officer whose approval made the grant: it counts no more', async () => {
    const chain = next((d) => {
      d.officers = d.officers.filter((officer) => officer.id !== 'ben');
      d.callers = d.callers.map((c) => ({ ...c, startedBy: [] }));
    });
    house = await reopen(house, { chain });
    house.gates.poe = 'unavailable';
    await expect(sign(house, 'b')).toRejectCode('poe_unavailable');
    expect((await grantNow(house, grant.id)).used).toBe(1);
  });

  test('another policy: it counts no more', async () => {
    const { policy } = makeWorld({ approvalSeconds: 60 });
    const chain = next((d) => void (d.policy = digestOf(nodeCrypto, policy)));
    house = await reopen(house, { chain, policy });
    house.gates.poe = 'unavailable';
    await expect(sign(house, 'b')).toRejectCode('poe_unavailable');
  });

  test('something else: it goes on, and its evidence verifies under both versions', async () => {
    const first = await sign(house, 'b', nextKey());
    const chain = next((d) => void (d.issuedAt = '2026-11-23T12:10:00.000Z'));
    house = await reopen(house, { chain });
    house.gates.poe = 'unavailable';
    const second = await sign(house, 'c', nextKey());
    for (const { evidence: path } of [first, second]) {
      const id = path.split('/').at(-2)!;
      const evidence = await house.desk.spendEvidence(TENANT, id);
      expect(evidence.grant.directory.versions).toHaveLength(2);
      expect(canonical(evidence).length).toBeGreaterThan(0);
    }
  });
});
