// A key is replaced while the Signer runs: what signs from then on, who may still have the old one, and until when.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { paths } from '../../../contract/wire/paths.ts';
import type { SignBody, SignedAnswer } from '../../../contract/wire/sign.ts';
import type { Directory } from '../../../core/directory/directory.ts';
import { isFault } from '../../../core/fault/fault.ts';
import { canonical } from '../../../core/json/canonical.ts';
import { verifyByDirectory } from '../../../core/verify/verify.ts';
import { nodeCrypto } from '../../../ports/crypto.ts';
import { nextOf, proposalOf, signatureOf } from '../../support/change.ts';
import { replaceKey } from '../../support/rotate.ts';
import { TENANT, makeWorld, type World } from '../../support/world.ts';
import {
  API,
  STRANGE,
  TRUSTED,
  body,
  caller,
  decideAs,
  edit,
  held,
  leavesOf,
  openHouse,
  seatOf,
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

const END = '2026-11-24T12:00:00.000Z';
const AFTER = new Date('2026-11-24T12:00:00.001Z');
let keyCount = 0;

async function change(how: (next: Directory) => void): Promise<void> {
  const { ana, ben } = world.people;
  const next = nextOf(house.standing.trust, how);
  await house.desk.directory.propose(seatOf(ana), proposalOf(ana, next));
  const [open] = (await house.desk.directory.proposals()).open;
  await house.desk.directory.sign(seatOf(ben), open!.digest, signatureOf(ben, next));
}
const rotate = (fresh: Partial<Directory['keys'][number]> = {}) =>
  change((next) =>
    replaceKey(world, next, 'file:release', 'file:release-2', { old: { notAfter: END }, fresh }),
  );

async function signed(options: Partial<SignBody['options']> = {}): Promise<SignedAnswer> {
  const outcome = await house.desk.submit(caller(), body('a.tgz', TRUSTED, options), `r${keyCount++}`, API);
  expect(outcome.kind).toBe('signed');
  return outcome.answer as SignedAnswer;
}
const by = async (options: Partial<SignBody['options']> = {}) => (await signed(options)).signer.keyId;

describe('from the leaf of the version on', () => {
  test('whoever names no key gets the new one; the old one is for those who name it, until its time is over', async () => {
    expect(await by()).toBe('file:release');
    await rotate();
    expect(await by()).toBe('file:release-2');
    expect(await by({ keyId: 'file:release' })).toBe('file:release');
    expect(await by({ keyId: 'file:release-2' })).toBe('file:release-2');
    house.clock.now = new Date(END);
    expect(await by({ keyId: 'file:release' })).toBe('file:release');
    house.clock.now = AFTER;
    const refused = await signed({ keyId: 'file:release' }).catch((thrown: unknown) => thrown);
    expect(isFault(refused) && [refused.code, refused.detail]).toEqual([
      'key_replaced',
      `file:release ended at ${END}; file:release-2 follows it`,
    ]);
    expect(await by()).toBe('file:release-2');
  });

  test.each(['revoked', 'compromised'] as const)('one that is %s signs for nobody', async (state) => {
    await rotate();
    await change((next) => void (next.keys[0]!.state = state));
    await expect(signed({ keyId: 'file:release' })).toRejectCode('key_replaced');
    expect(await by()).toBe('file:release-2');
  });

  test('while the window of the new one lies ahead, the old one goes on', async () => {
    await rotate({ notBefore: '2026-11-23T12:00:01.000Z' });
    expect(await by()).toBe('file:release');
    house.clock.now = new Date('2026-11-23T12:00:01.000Z');
    expect(await by()).toBe('file:release-2');
  });

  test('a request in whose course the key changed is signed with the new one, once', async () => {
    let changed = false;
    house.gates.during = async () => {
      if (!changed) await rotate();
      changed = true;
    };
    expect(await by()).toBe('file:release-2');
    expect(house.keys.signatures).toBe(1);
  });
});

describe('an approval-only key that is replaced', () => {
  const rotateSibling = () =>
    change((next) => replaceKey(world, next, 'file:release-approved', 'file:approved-2'));

  test('is the one of new holds, under the same rule; what waits is signed with the old one', async () => {
    const before = await held(house);
    await rotateSibling();
    const after = await held(house, body('b.tgz', STRANGE));
    const now = { ...house, world: { ...world, trust: house.standing.trust } };
    for (const id of [before, after]) await decideAs(now, world.people.cai, id);
    expect([await stateOf(house, before), await stateOf(house, after)]).toEqual(['signed', 'signed']);
    const keys = await Promise.all(
      [before, after].map(async (id) => (await house.desk.status(TENANT, id, API)).result?.signer.keyId),
    );
    expect(keys).toEqual(['file:release-approved', 'file:approved-2']);
  });

  test('is not signed with once it is revoked, however many agreed', async () => {
    const before = await held(house);
    await rotateSibling();
    await change(
      (next) => void (next.keys.find((k) => k.name === 'file:release-approved')!.state = 'revoked'),
    );
    await expect(decideAs(house, world.people.cai, before)).toRejectCode('request_differs');
    expect(await stateOf(house, before)).toBe('waiting');
    expect(house.keys.signatures).toBe(0);
  });
});

test('a revoked key stays so', async () => {
  await rotate();
  await change((next) => void (next.keys[0]!.state = 'revoked'));
  await expect(change((next) => void (next.keys[0]!.state = 'retiring'))).rejects.toThrow('for good');
});

describe('the evidence of a signature', () => {
  const bundleOf = (answer: SignedAnswer) => canonical(answer.bundle);
  const idOf = ({ evidence }: SignedAnswer) => evidence.split('/').at(-2)!;
  const judge = async (answer: SignedAnswer, now = AFTER.toISOString()) => {
    const evidence = await house.desk.signatureEvidence(TENANT, idOf(answer));
    return verifyByDirectory(nodeCrypto, bundleOf(answer), APP, house.standing.trust, evidence, now);
  };
  const APP = nodeCrypto.sha256(Buffer.from('a.tgz'));

  test('is to be had at any time, as of then: before, in the overlap, after, and once the key is revoked', async () => {
    const before = await signed();
    expect(before.evidence).toBe(paths.signatureEvidence(idOf(before)));
    expect(await judge(before)).toMatchObject({ says: 'logged', signature: { state: 'active' } });
    await rotate();
    const overlap = await signed({ keyId: 'file:release' });
    const after = await signed();
    for (const state of ['retiring', 'revoked'] as const) {
      if (state === 'revoked') await change((next) => void (next.keys[0]!.state = state));
      for (const one of [before, overlap])
        expect(await judge(one)).toMatchObject({ key: 'file:release', signature: { state } });
      expect(await judge(after)).toMatchObject({ key: 'file:release-2', signature: { state: 'active' } });
    }
  });

  test('is of what was signed at once only, and of the tenant', async () => {
    const answer = await signed();
    await expect(house.desk.signatureEvidence('beta', idOf(answer))).toRejectCode('tenant_forbidden');
    expect((await house.desk.signatureEvidence(null, idOf(answer))).leaves).toHaveLength(2);
    const id = await held(house);
    await decideAs(house, world.people.cai, id);
    expect(await stateOf(house, id)).toBe('signed');
    await expect(house.desk.signatureEvidence(TENANT, id)).toRejectCode('not_found');
    await expect(house.desk.signatureEvidence(TENANT, '01ARZ3NDEKTSV4RRFFQ69G5FAV')).toRejectCode(
      'not_found',
    );
  });

  test('does not leave when a row was edited', async () => {
    const [one, two] = [await signed(), await signed()];
    edit(house, 'UPDATE issued SET leaf = leaf - 1 WHERE requestId = ?', idOf(two));
    await expect(house.desk.signatureEvidence(TENANT, idOf(two))).toRejectCode('store_tampered');
    edit(house, "UPDATE issued SET payload = CAST('x' AS BLOB) WHERE requestId = ?", idOf(one));
    await expect(house.desk.signatureEvidence(TENANT, idOf(one))).toRejectCode('store_tampered');
  });
});

describe('a version that comes into force between signature and leaf', () => {
  let steps: (() => Promise<void>)[];
  beforeEach(async () => {
    steps = [];
    await tearDown(house);
    house = await openHouse(world);
    // The provider is the last that is asked before the leaf is written.
    const sign = house.keys.sign.bind(house.keys);
    house.keys.sign = async (name, message) => {
      const signature = await sign(name, message);
      if (name.startsWith('file:release')) await steps.shift()?.();
      return signature;
    };
  });

  test('is the one that the request is signed under: what was made before it never leaves', async () => {
    steps.push(() => rotate());
    const answer = await signed();
    expect(answer.signer.keyId).toBe('file:release-2');
    const { leaves } = await house.desk.signatureEvidence(TENANT, answer.evidence.split('/').at(-2)!);
    expect(leaves.map(({ record }) => record.event)).toEqual(['directory', 'signed']);
    expect(house.keys.signatures).toBe(2);
  });

  test('time and again: the caller is asked to come back', async () => {
    const touch = (n: number) => () =>
      change((next) => void (next.keys[0]!.notAfter = `2026-12-0${n}T12:00:00Z`));
    steps.push(touch(1), touch(2), touch(3), touch(4));
    await expect(signed()).toRejectCode('busy');
    expect((await leavesOf(house)).some(({ record }) => record.event === 'signed')).toBe(false);
  });
});
