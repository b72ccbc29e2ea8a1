// Somebody with write access to the database: nothing that was not decided is signed, and it is an alarm.
import type { SQLInputValue } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { canonical } from '../../../core/json/canonical.ts';
import { digestBytes } from '../../../core/json/digest.ts';
import { keyId } from '../../../core/key/keyid.ts';
import { nodeCrypto } from '../../../ports/crypto.ts';
import { makeWorld, samplePayload, TENANT, type Person, type World } from '../../support/world.ts';
import { cosign } from '../log/cosign.ts';
import {
  API,
  TRUSTED,
  body,
  caller,
  nextKey,
  decideAs,
  edit as editIn,
  held,
  holdOf,
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
let ana: Person;
let ben: Person;
let cai: Person;
beforeEach(async () => {
  world = makeWorld();
  ({ ana, ben, cai } = world.people);
  house = await openHouse(world);
});
afterEach(() => tearDown(house));

const edit = (text: string, ...values: SQLInputValue[]) => editIn(house, text, ...values);

const blind = () => held(house, { ...body(), predicateType: 'https://example.org/unknown' });
const sweep = async () => {
  await house.desk.sweep();
  await house.desk.settled();
};

/** What must be true after every attack: no release key signed, the alarm is in the log and in the sequence, it is refused. */
async function expectRefused(id: string, code = 'store_tampered') {
  expect(house.keys.signatures).toBe(0);
  const records = (await leavesOf(house)).map((l) => l.record);
  expect(records.filter((r) => r.event === 'signed' || r.event === 'approved')).toEqual([]);
  expect(records).toContainEqual(expect.objectContaining({ event: 'alarm', code, about: id }));
  expect(records).toContainEqual(
    expect.objectContaining({ event: 'closed', state: 'refused', code, requestId: id }),
  );
  const events = (await house.desk.events(TENANT, 0, 1000))!;
  expect(events).toContainEqual(expect.objectContaining({ event: 'alarm', code, about: id }));
  const { state } = (await house.store.read((db) =>
    db.selectFrom('holds').select('state').where('requestId', '=', id).executeTakeFirst(),
  ))!;
  expect(state).toBe('refused');
}

describe('a row set to approved', () => {
  test.each(['quorate', 'committed'])(
    '%s without any decision, found while running and at start',
    async (state) => {
      const [a, b] = [await held(house), await held(house, body('b'))];
      edit('update holds set state = ? where requestId = ?', state, a);
      await sweep();
      await expectRefused(a);
      edit('update holds set state = ? where requestId = ?', state, b);
      house = await reopen(house);
      await house.desk.settled();
      await expectRefused(b);
    },
  );

  test('committed with one of two approvals', async () => {
    const id = await blind();
    await decideAs(house, ana, id);
    edit("update holds set state = 'committed' where requestId = ?", id);
    await sweep();
    await expectRefused(id);
  });

  test('committed with an intent that belongs to another request', async () => {
    const done = await held(house);
    await decideAs(house, ana, done);
    house.keys.signatures = 0;
    const id = await held(house, body('b'));
    edit(
      "update holds set state = 'committed', intentLeaf = (select intentLeaf from holds where requestId = ?) where requestId = ?",
      done,
      id,
    );
    await sweep();
    expect(await stateOf(house, id)).toBe('refused');
    expect(house.keys.signatures).toBe(0);
  });

  test('signed: neither its status nor its evidence is given out', async () => {
    const id = await held(house);
    edit("update holds set state = 'signed' where requestId = ?", id);
    await expect(house.desk.status(TENANT, id, API)).toRejectCode('store_tampered');
    await expect(house.desk.evidence(TENANT, id)).toRejectCode('store_tampered');
  });

  test('signed with another request’s signature and leaves', async () => {
    const done = await held(house);
    await decideAs(house, ana, done);
    const id = await held(house, body('b'));
    edit(
      "update holds set state = 'signed', (endLeaf, intentLeaf, approval) = (select endLeaf, intentLeaf, approval from holds where requestId = ?) where requestId = ?",
      done,
      id,
    );
    edit(
      'insert into signatures select tenant, ?, keyid, signature from signatures where requestId = ?',
      id,
      done,
    );
    await expect(house.desk.status(TENANT, id, API)).toRejectCode('store_tampered');
    await expect(house.desk.evidence(TENANT, id)).toRejectCode('store_tampered');
  });

  test('denied, then opened again without its denial', async () => {
    const id = await blind();
    await decideAs(house, cai, id, { verdict: 'deny' });
    edit("update holds set state = 'waiting', code = null, endLeaf = null where requestId = ?", id);
    edit('delete from decisions where requestId = ?', id);
    await decideAs(house, ana, id);
    await expectRefusedAgain(id);
  });

  test('denied, then opened again with its denial left', async () => {
    const id = await blind();
    await decideAs(house, cai, id, { verdict: 'deny' });
    edit("update holds set state = 'waiting', code = null, endLeaf = null where requestId = ?", id);
    await decideAs(house, ana, id);
    await expectRefusedAgain(id);
  });

  test('a state that does not exist', async () => {
    const id = await held(house);
    const sealed = await sealedBy(house, ana, id);
    edit("update holds set state = 'approved' where requestId = ?", id);
    await expect(house.desk.decide(seatOf(ana), sealed)).toRejectCode('store_tampered');
    await expectRefused(id);
  });

  async function expectRefusedAgain(id: string) {
    await expectRefused(id);
    await expect(decideAs(house, ben, id)).rejects.toThrow();
    expect(house.keys.signatures).toBe(0);
  }
});

describe('what was asked', () => {
  const swapped = samplePayload('evil.tgz');

  test('the payload swapped: found when it is fetched', async () => {
    const id = await held(house);
    const { hold } = await holdOf(house, id);
    edit('update holds set payload = ? where requestId = ?', swapped, id);
    await expect(house.desk.payload(id, hold.request.payloadDigest)).toRejectCode('store_tampered');
    await expectRefused(id);
  });

  test('the payload swapped: found when somebody decides', async () => {
    const id = await held(house);
    const sealed = await sealedBy(house, ana, id);
    edit('update holds set payload = ? where requestId = ?', swapped, id);
    await expect(house.desk.decide(seatOf(ana), sealed)).toRejectCode('store_tampered');
    await expectRefused(id);
  });

  test('the payload swapped between two decisions', async () => {
    const id = await blind();
    await decideAs(house, ana, id);
    const sealed = await sealedBy(house, ben, id);
    edit('update holds set payload = ? where requestId = ?', swapped, id);
    await expect(house.desk.decide(seatOf(ben), sealed)).toRejectCode('store_tampered');
    await expectRefused(id);
  });

  test('the payload swapped after the quorum, while no key could sign', async () => {
    const id = await held(house);
    house.keys.gone = true;
    await decideAs(house, ana, id);
    expect(await stateOf(house, id)).toBe('committed');
    edit('update holds set payload = ? where requestId = ?', swapped, id);
    house.keys.gone = false;
    await sweep();
    await expectRefused(id);
  });

  test('payload and request swapped together', async () => {
    const id = await blind();
    await decideAs(house, ana, id);
    const { hold } = await holdOf(house, id);
    const request = { ...hold.request, payloadDigest: digestBytes(nodeCrypto, swapped) };
    edit('update holds set payload = ?, request = ? where requestId = ?', swapped, canonical(request), id);
    // ben is shown the swapped one and approves it: it is still not what the leaf, and ana's device, say
    await decideAs(house, ben, id).catch(() => undefined);
    await sweep();
    await expectRefused(id);
  });

  test.each([
    ['a weaker quorum', (r: { quorum: { approvals: number } }) => void (r.quorum.approvals = 1)],
    ['a later expiry', (r: { expires: string }) => void (r.expires = '2027-01-01T00:00:00.000Z')],
    ['another key', (r: { keys: string[] }) => void (r.keys = ['file:release'])],
    [
      'another requester',
      (r: { requester: { subject: string } }) => void (r.requester.subject = 'somebody@acme'),
    ],
  ])('the request with %s', async (_title, change) => {
    const id = await blind();
    await decideAs(house, ana, id);
    const { hold } = await holdOf(house, id);
    const request = structuredClone(hold.request);
    change(request);
    edit(
      'update holds set request = ?, expires = ? where requestId = ?',
      canonical(request),
      request.expires,
      id,
    );
    await decideAs(house, ben, id).catch(() => undefined);
    await sweep();
    await expectRefused(id);
  });

  test('a request that no longer parses', async () => {
    const id = await held(house);
    const sealed = await sealedBy(house, ana, id);
    edit("update holds set request = x'7b7d' where requestId = ?", id);
    await expect(house.desk.decide(seatOf(ana), sealed)).toRejectCode('store_tampered');
    await expectRefused(id);
    await expect(house.desk.status(TENANT, id, API)).toRejectCode('store_tampered');
  });

  test('one edited hold stops nobody else’s sequence', async () => {
    const [a, b] = [await held(house), await held(house, body('b'))];
    edit("update holds set request = x'7b7d' where requestId = ?", a);
    const events = (await house.desk.events(TENANT, 0, 10))!;
    expect(
      events.map((e) =>
        e.event === 'alarm' ? `${e.code} ${e.about}` : e.event === 'hold' && e.hold.request.id,
      ),
    ).toEqual([`store_tampered ${a}`, b]);
    expect((await house.desk.snapshot(TENANT, '', 10)).holds.map((h) => h.request.id)).toEqual([b]);
  });
});

describe('decisions', () => {
  test('one deleted', async () => {
    const id = await blind();
    await decideAs(house, ana, id);
    edit('delete from decisions where requestId = ?', id);
    await decideAs(house, ben, id);
    await expectRefused(id);
  });

  test('one edited', async () => {
    const id = await blind();
    await decideAs(house, ana, id);
    const { hold } = await holdOf(house, id);
    const edited = structuredClone(hold.decisions[0]!);
    edited.decision.reason = 'because';
    edit('update decisions set sealed = ? where requestId = ?', canonical(edited), id);
    await decideAs(house, ben, id);
    await expectRefused(id);
  });

  test('one made up, with its officer’s name and nobody’s signature', async () => {
    const id = await blind();
    await decideAs(house, ana, id);
    const forged = await sealedBy(house, ben, id);
    const proof = { ...forged.proof, signature: 'AAAAAAAAAAAA' };
    edit(
      'insert into decisions select tenant, requestId, 1, ?, ?, leaf from decisions where requestId = ?',
      forged.decision.challenge,
      canonical({ ...forged, proof }),
      id,
    );
    edit("update holds set state = 'committed' where requestId = ?", id);
    await sweep();
    await expectRefused(id);
  });

  test('a denial turned into nothing after the quorum', async () => {
    const id = await held(house, body('a', undefined, { keyId: world.held }));
    await decideAs(house, ana, id);
    await decideAs(house, ben, id);
    expect(await stateOf(house, id)).toBe('quorate');
    await decideAs(house, cai, id, { verdict: 'deny' });
    edit("update holds set state = 'quorate', code = null, endLeaf = null where requestId = ?", id);
    edit('delete from decisions where ordinal = 2 and requestId = ?', id);
    await sweep();
    await expectRefused(id);
  });
});

describe('signatures', () => {
  const committed = async () => {
    const id = await held(house);
    house.keys.gone = true;
    await decideAs(house, ana, id);
    house.keys.gone = false;
    return id;
  };

  test.each([
    ['a garbled one by the right key', 'file:release-approved'],
    ['one by a key that was not asked', 'file:release'],
  ])('%s, stored before the Signer made its own', async (_title, name) => {
    const id = await committed();
    const keyid = keyId(nodeCrypto, world.keys[name]!.key);
    edit('insert into signatures values (?, ?, ?, ?)', TENANT, id, keyid, new Uint8Array(70));
    await sweep();
    await expectRefused(id);
  });

  test('a signed request whose signature was swapped later is not given out', async () => {
    const id = await held(house);
    await decideAs(house, ana, id);
    edit('update signatures set signature = ? where requestId = ?', new Uint8Array(70), id);
    await expect(house.desk.status(TENANT, id, API)).toRejectCode('store_tampered');
    await expect(house.desk.evidence(TENANT, id)).toRejectCode('store_tampered');
  });

  test('a request that was signed at once, its payload swapped later, is not given out again', async () => {
    const key = nextKey();
    await house.desk.submit(caller(), body('a', TRUSTED), key, API);
    edit('update issued set payload = ?', samplePayload('evil.tgz'));
    await expect(house.desk.submit(caller(), body('a', TRUSTED), key, API)).toRejectCode('store_tampered');
  });
});

describe('the log', () => {
  test('a leaf whose record was edited', async () => {
    const id = await blind();
    await decideAs(house, ana, id);
    const { hold } = await holdOf(house, id);
    const record = { ...hold.held.record, at: '2020-01-01T00:00:00.000Z' };
    edit('update leaves set record = ? where idx = ?', canonical(record), hold.held.index);
    // the feed shows an alarm in its place, so an honest Console never gets as far as a decision
    expect((await house.desk.snapshot(TENANT, '', 10)).holds).toEqual([]);
    edit("update holds set state = 'committed' where requestId = ?", id);
    await sweep();
    const { state } = (await house.store.read((db) =>
      db.selectFrom('holds').select('state').where('requestId', '=', id).executeTakeFirst(),
    ))!;
    expect(state).toBe('refused');
    expect(house.keys.signatures).toBe(0);
  });

  test('an approval whose leaf was taken away', async () => {
    const id = await blind();
    await decideAs(house, ana, id);
    edit('delete from leaves where idx = (select leaf from decisions where requestId = ?)', id);
    await decideAs(house, ben, id);
    await expectRefused(id);
  });

  test('a log that was rolled back or rewritten since somebody cosigned it does not start', async () => {
    await held(house);
    await cosign(house, ana);
    edit(
      "update checkpoints set body = replace(body, char(10) || '2' || char(10), char(10) || '3' || char(10)), size = 3",
    );
    await house.close();
    await expect(openHouse(world, { dir: house.dir })).toRejectCode('checkpoint_rolled_back');
    edit(
      "update checkpoints set body = replace(body, char(10) || '3' || char(10), char(10) || '1' || char(10)), size = 1",
    );
    await expect(openHouse(world, { dir: house.dir })).toRejectCode('checkpoint_split');
    edit('delete from checkpoints');
    house = await openHouse(world, { dir: house.dir });
  });

  test('a frontier that is not the tree’s does not start', async () => {
    await held(house);
    await house.close();
    edit('update tree set frontier = zeroblob(32)');
    await expect(openHouse(world, { dir: house.dir })).toRejectCode('store_tampered');
    edit('update tree set frontier = (select hash from nodes where level = 1 and idx = 0)');
    house = await openHouse(world, { dir: house.dir });
  });
});
