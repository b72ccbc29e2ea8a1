// Somebody who rewrites more than one row, so that each check alone would be content: leaves, nodes, intents, endings.
import type { SQLInputValue } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { concat } from '../../../core/bytes/bytes.ts';
import { canonical } from '../../../core/json/canonical.ts';
import { digestBytes, digestOf } from '../../../core/json/digest.ts';
import { keyId } from '../../../core/key/keyid.ts';
import { leafData } from '../../../core/log/leaf.ts';
import { emptyFrontier, leafHash, nodesAfterAppend } from '../../../core/log/merkle.ts';
import { RECORD_TYPE, type LogRecord } from '../../../core/log/record.ts';
import { nodeCrypto } from '../../../ports/crypto.ts';
import type { StoredLeaf } from '../../../signer/log/tree.ts';
import {
  makeWorld,
  NOW,
  ORIGIN,
  samplePayload,
  TENANT,
  type Person,
  type World,
} from '../../support/world.ts';
import {
  alarmsOf,
  API,
  body,
  decideAs,
  edit as editIn,
  held,
  holdOf,
  leavesOf,
  openHouse,
  sealedBy,
  stateOf,
  tearDown,
  type House,
} from './house.ts';

let world: World;
let house: House;
let ana: Person;
let ben: Person;
beforeEach(async () => {
  world = makeWorld();
  ({ ana, ben } = world.people);
  house = await openHouse(world);
});
afterEach(() => tearDown(house));

const edit = (text: string, ...values: SQLInputValue[]) => editIn(house, text, ...values);
const blind = () => held(house, { ...body(), predicateType: 'https://example.org/unknown' });
const sweep = async () => {
  await house.desk.sweep();
  await house.desk.settled();
};
async function expectNothingSigned(id: string) {
  expect(house.keys.signatures).toBe(0);
  expect(await alarmsOf(house)).toContain('store_tampered');
  const row = await house.store.read((db) =>
    db.selectFrom('holds').select(['state', 'code']).where('requestId', '=', id).executeTakeFirst(),
  );
  expect(row).toEqual({ state: 'refused', code: 'store_tampered' });
}

/** Rebuilds the whole tree over changed leaves, as somebody with every table but no log key can. */
function rewrite(leaves: readonly StoredLeaf[]): void {
  let frontier = emptyFrontier;
  for (const { index, salt, record } of leaves) {
    edit('update leaves set salt = ?, record = ? where idx = ?', salt, canonical(record), index);
    const grown = nodesAfterAppend(
      nodeCrypto,
      frontier,
      leafHash(nodeCrypto, leafData(nodeCrypto, Buffer.from(salt, 'base64url'), record)),
    );
    for (const node of grown.nodes)
      edit('update nodes set hash = ? where level = ? and idx = ?', node.hash, node.level, node.index);
    frontier = grown.frontier;
  }
  edit('update tree set frontier = ? where origin = ?', concat(...frontier.hashes), ORIGIN);
}

describe('the request', () => {
  test('payload and request swapped before anybody decided: officers approve what they are shown, the leaf says otherwise', async () => {
    const id = await held(house);
    const { hold } = await holdOf(house, id);
    const swapped = samplePayload('evil.tgz');
    const request = { ...hold.request, payloadDigest: digestBytes(nodeCrypto, swapped) };
    edit('update holds set payload = ?, request = ? where requestId = ?', swapped, canonical(request), id);
    await decideAs(house, ana, id);
    await expectNothingSigned(id);
  });

  test('the tree rewritten while the Signer stood still, after one officer had decided', async () => {
    const id = await blind();
    await decideAs(house, ana, id);
    const leaves = await leavesOf(house);
    await house.close();
    const salt = Buffer.alloc(32, 7).toString('base64url');
    rewrite(leaves.map((l) => (l.record.event === 'held' ? { ...l, salt } : l)));
    house = await openHouse(world, { dir: house.dir });
    await house.desk.settled();
    await expectNothingSigned(id);
  });

  test('only the column that the sweep looks at', async () => {
    const id = await held(house);
    const sealed = await sealedBy(house, ana, id);
    edit("update holds set expires = '2027-01-01T00:00:00.000Z' where requestId = ?", id);
    await expect(
      house.desk.decide({ session: world.pin, officer: 'ana', machine: 'ana-machine' }, sealed),
    ).toRejectCode('store_tampered');
    await expectNothingSigned(id);
  });
});

describe('endings undone', () => {
  const reopened = (id: string) =>
    edit("update holds set state = 'waiting', code = null, endLeaf = null where requestId = ?", id);

  test('withdrawn, then approved', async () => {
    const id = await held(house);
    await house.desk.withdraw(TENANT, id);
    reopened(id);
    await decideAs(house, ana, id);
    await expectNothingSigned(id);
  });

  test('denied; the closing leaf’s row deleted', async () => {
    const id = await blind();
    await decideAs(house, ben, id, { verdict: 'deny' });
    reopened(id);
    edit('delete from leaves where about = ? and idx = (select max(idx) from leaves)', id);
    await decideAs(house, ana, id);
    await expectNothingSigned(id);
  });

  test('denied; the denial and both its leaves’ rows deleted', async () => {
    const id = await held(house);
    await decideAs(house, ben, id, { verdict: 'deny' });
    reopened(id);
    edit('delete from decisions where requestId = ?', id);
    edit('delete from leaves where about = ? and idx > (select heldLeaf from holds)', id);
    await decideAs(house, ana, id);
    await expectNothingSigned(id);
  });

  test('denied; the denial deleted and its leaves filed under another name', async () => {
    const id = await held(house);
    await decideAs(house, ben, id, { verdict: 'deny' });
    reopened(id);
    edit('delete from decisions where requestId = ?', id);
    edit('update leaves set about = null where about = ? and idx > (select heldLeaf from holds)', id);
    await decideAs(house, ana, id);
    await expectNothingSigned(id);
  });
});

describe('decisions', () => {
  test('a recorded one replaced by another that its officer truly signed', async () => {
    const id = await blind();
    const other = await sealedBy(house, ana, id, { reason: 'a first try that was never sent' });
    await decideAs(house, ana, id);
    edit(
      'update decisions set sealed = ?, challenge = ? where requestId = ?',
      canonical(other),
      'x'.repeat(42) + 'A',
      id,
    );
    await decideAs(house, ben, id);
    await expectNothingSigned(id);
  });

  test('one deleted after the signature: the evidence is not given out', async () => {
    const id = await held(house);
    await decideAs(house, ana, id);
    edit('delete from decisions where requestId = ?', id);
    await expect(house.desk.evidence(TENANT, id)).toRejectCode('store_tampered');
  });

  test('another approval statement in its place', async () => {
    const [a, b] = [await held(house), await held(house, body('b'))];
    await decideAs(house, ana, a);
    await decideAs(house, ana, b);
    edit(
      'update holds set approval = (select approval from holds where requestId = ?) where requestId = ?',
      a,
      b,
    );
    await expect(house.desk.status(TENANT, b, API)).toRejectCode('store_tampered');
    await expect(house.desk.evidence(TENANT, b)).toRejectCode('store_tampered');
  });
});

describe('a forged intent, properly in the log', () => {
  async function forge(id: string, change: Partial<Extract<LogRecord, { event: 'intent' }>> = {}) {
    const { hold } = await holdOf(house, id);
    const record: LogRecord = {
      _type: RECORD_TYPE,
      at: NOW,
      event: 'intent',
      tenant: TENANT,
      requestId: id,
      requestDigest: digestOf(nodeCrypto, hold.request),
      payloadDigest: hold.request.payloadDigest,
      directory: world.pin,
      decisions: hold.decisions.map((d) => digestOf(nodeCrypto, d)),
      keys: [keyId(nodeCrypto, world.keys['file:release-approved']!.key)],
      ...change,
    };
    const index = await house.log.append(record);
    edit("update holds set state = 'committed', intentLeaf = ? where requestId = ?", index, id);
    await sweep();
  }

  test('by one of two officers', async () => {
    const id = await blind();
    await decideAs(house, ana, id);
    await forge(id);
    await expectNothingSigned(id);
  });

  test('by nobody', async () => {
    const id = await held(house);
    await forge(id);
    await expectNothingSigned(id);
  });

  test.each([
    ['another payload', { payloadDigest: `sha256:${'a'.repeat(64)}` }],
    ['another request', { requestDigest: `sha256:${'a'.repeat(64)}` }],
    ['another directory', { directory: `sha256:${'a'.repeat(64)}` }],
    ['other keys', { keys: ['A'.repeat(43) + '='] }],
  ])('of %s, over a quorum that is complete', async (_title, change) => {
    await tearDown(house);
    const stop = (step: string) => {
      if (step === 'decided') throw new Error('nothing goes on by itself here');
    };
    house = await openHouse(world, { onStep: stop });
    const id = await held(house);
    await expect(decideAs(house, ana, id)).rejects.toThrow('nothing goes on');
    await forge(id, change);
    await expectNothingSigned(id);
  });

  test('of the very request, over a quorum that is complete, is as good as the Signer’s own', async () => {
    await tearDown(house);
    const stop = (step: string) => {
      if (step === 'decided') throw new Error('nothing goes on by itself here');
    };
    house = await openHouse(world, { onStep: stop });
    const id = await held(house);
    await expect(decideAs(house, ana, id)).rejects.toThrow('nothing goes on');
    await forge(id);
    expect(await stateOf(house, id)).toBe('signed');
  });
});

describe('edited between two steps', () => {
  test.each(['checked', 'intent', 'signature', 'approval'] as const)(
    'the payload, after %s',
    async (step) => {
      await tearDown(house);
      let id = '';
      house = await openHouse(world, {
        onStep: (at) => {
          if (at === step)
            edit('update holds set payload = ? where requestId = ?', samplePayload('evil.tgz'), id);
        },
      });
      id = await held(house);
      await decideAs(house, ana, id);
      expect((await leavesOf(house)).filter((l) => ['signed', 'approved'].includes(l.record.event))).toEqual(
        [],
      );
      await sweep();
      if (step === 'checked') await expect(decideAs(house, ben, id)).rejects.toThrow();
      await house.desk.settled();
      expect(await stateOf(house, id)).toBe('refused');
      expect(await alarmsOf(house)).toContain('store_tampered');
      await expect(house.desk.evidence(TENANT, id)).toRejectCode('not_found');
    },
  );
});
