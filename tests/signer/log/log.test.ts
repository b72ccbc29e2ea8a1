// The log over a real store: roots, proofs, checkpoints and cosignatures, each checked by core alone.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { leafData } from '../../../core/log/leaf.ts';
import { leafHash, rootOf, verifyConsistency, verifyInclusion } from '../../../core/log/merkle.ts';
import { RECORD_TYPE, type LogRecord } from '../../../core/log/record.ts';
import { openCheckpoint } from '../../../core/trust/checkpoint.ts';
import { parseNote } from '../../../core/log/checkpoint.ts';
import { nodeCrypto } from '../../../ports/crypto.ts';
import { makeWorld, NOW, type World } from '../../support/world.ts';
import {
  decideAs,
  held,
  leavesOf,
  openHouse,
  reopen,
  seatOf,
  TENANT,
  tearDown,
  type House,
} from '../desk/house.ts';
import { cosign, cosignatureLine } from './cosign.ts';

let world: World;
let house: House;
beforeEach(async () => {
  world = makeWorld();
  house = await openHouse(world);
});
afterEach(() => tearDown(house));

const record = (n: number): LogRecord => ({
  _type: RECORD_TYPE,
  at: NOW,
  event: 'alarm',
  code: 'test',
  about: String(n),
});
const bytes = (all: string[]) => all.map((h) => new Uint8Array(Buffer.from(h, 'base64')));
const hashes = async () =>
  (await leavesOf(house)).map((l) =>
    leafHash(nodeCrypto, leafData(nodeCrypto, Buffer.from(l.salt, 'base64url'), l.record)),
  );

test('every leaf and every older size is proved at every size up to 40', async () => {
  for (let n = 0; n < 39; n++) expect(await house.log.append(record(n))).toBe(n + 1);
  const all = await hashes();
  for (let size = 1; size <= 40; size++) {
    const root = rootOf(nodeCrypto, all.slice(0, size));
    const opened = openCheckpoint(nodeCrypto, world.directory, await house.log.checkpointAt(size));
    expect(Buffer.from(opened.root).equals(root)).toBe(true);
    for (let index = 0; index < size; index += 3) {
      const proof = bytes(await house.log.inclusion(index, size));
      expect(verifyInclusion(nodeCrypto, { index, size, leafHash: all[index]!, proof, root })).toBe(true);
    }
    for (let oldSize = 0; oldSize <= size; oldSize += 4) {
      const proof = bytes(await house.log.consistency(oldSize, size));
      const oldRoot = rootOf(nodeCrypto, all.slice(0, oldSize));
      expect(verifyConsistency(nodeCrypto, { oldSize, newSize: size, oldRoot, newRoot: root, proof })).toBe(
        true,
      );
    }
  }
});

test('appends at once are all there, each once, and a write that fails leaves none', async () => {
  const failing = house.store.write(async (db) => {
    await house.log.appendIn(db, [record(-1), record(-2)]);
    throw new Error('after the append');
  });
  const all = Array.from({ length: 100 }, (_, n) => house.log.append(record(n)));
  await expect(failing).rejects.toThrow('after the append');
  expect(new Set(await Promise.all(all)).size).toBe(100);
  const about = (await leavesOf(house)).flatMap((l) =>
    l.record.event === 'alarm' ? [Number(l.record.about)] : [],
  );
  expect(about.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, n) => n));
  const { root } = openCheckpoint(nodeCrypto, world.directory, await house.log.checkpoint());
  expect(Buffer.from(root).equals(rootOf(nodeCrypto, await hashes()))).toBe(true);
});

test('one directory leaf a version, however often it starts', async () => {
  house = await reopen(house);
  house = await reopen(house);
  expect((await leavesOf(house)).map((l) => l.record)).toEqual([
    expect.objectContaining({ event: 'directory', version: 1, digest: world.pin }),
  ]);
});

test.each([
  ['inclusion', () => house.log.inclusion(1, 1)],
  ['inclusion', () => house.log.inclusion(0, 2)],
  ['inclusion', () => house.log.inclusion(-1, 1)],
  ['inclusion', () => house.log.inclusion(0.5, 1)],
  ['consistency', () => house.log.consistency(2, 1)],
  ['consistency', () => house.log.consistency(0, 2)],
  ['consistency', () => house.log.consistency(Number.NaN, 1)],
])('%s of what is not there is not found', async (_name, ask) => {
  await expect(ask()).toRejectCode('not_found');
});

describe('cosignatures', () => {
  const { ana, ben } = { ana: 'ana', ben: 'ben' } as const;

  test('gathered on the newest checkpoint, and kept over a restart', async () => {
    await cosign(house, world.people[ana]);
    await cosign(house, world.people[ben]);
    await cosign(house, world.people[ben]);
    house = await reopen(house);
    const { cosigners } = openCheckpoint(nodeCrypto, world.directory, await house.log.checkpoint(), 2);
    expect(cosigners.map((c) => c.name)).toEqual([
      'signer.test/log/witness/ana-machine',
      'signer.test/log/witness/ben-machine',
    ]);
  });

  test('refused: another machine’s, over another body, for a size that never was, the log’s own line, two lines', async () => {
    const { body, signatures } = parseNote(await house.log.checkpoint());
    const line = cosignatureLine(house, world.people.ana, body);
    const bring = (text: string, size = 1, who = world.people.ana) =>
      house.desk.cosign(seatOf(who), size, text);
    await expect(bring(line, 1, world.people.ben)).toRejectCode('witness_unknown');
    await expect(
      bring(cosignatureLine(house, world.people.ana, body.replace('\n1\n', '\n2\n'))),
    ).toRejectCode('signature_invalid');
    await expect(bring(line, 2)).toRejectCode('not_found');
    await expect(bring(line, 0)).toRejectCode('not_found');
    const own = `\u2014 ${signatures[0]!.name} ${Buffer.concat([signatures[0]!.keyHash, signatures[0]!.signature]).toString('base64')}\n`;
    await expect(bring(own)).toRejectCode('checkpoint_invalid');
    await expect(bring(`${line}${cosignatureLine(house, world.people.ben, body)}`)).toRejectCode(
      'checkpoint_invalid',
    );
    await expect(bring('\u2014 stranger AAAAAAAAAAAA')).toRejectCode('witness_unknown');
    expect(openCheckpoint(nodeCrypto, world.directory, await house.log.checkpoint()).cosigners).toEqual([]);
  });

  test('evidence waits for the witnesses that policy wants', async () => {
    await tearDown(house);
    world = makeWorld({ witnesses: 2 });
    house = await openHouse(world);
    const id = await held(house);
    await decideAs(house, world.people.ana, id);
    await expect(house.desk.evidence(TENANT, id)).toRejectCode('witness_missing');
    await cosign(house, world.people.ana);
    await expect(house.desk.evidence(TENANT, id)).toRejectCode('witness_missing');
    await cosign(house, world.people.ben);
    await expect(house.desk.evidence(TENANT, id)).toRejectCode('witness_missing'); // hers does not count: she decided
    const size = await cosign(house, world.people.cai);
    await house.desk.seated(seatOf(world.people.ana)); // the log grows on; the cosigned checkpoint still covers it
    const { checkpoint } = await house.desk.evidence(TENANT, id);
    const opened = openCheckpoint(nodeCrypto, world.directory, checkpoint, 3);
    expect(opened.size).toBe(size);
  });
});
