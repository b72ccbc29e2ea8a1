// kill -9 while the directory changes: afterwards the proposal, or the version, is there once, and what was sent can be sent again.
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { DirectoryChain } from '../../../core/trust/chain.ts';
import type { Step } from '../../../signer/desk/context.ts';
import { nodeCrypto } from '../../../ports/crypto.ts';
import { verifyChain } from '../../../core/trust/chain.ts';
import { secondKey, signatureOf } from '../../support/change.ts';
import type { World } from '../../support/world.ts';
import { dieAt, worldOnDisk } from './dying.ts';
import { leavesOf, openHouse, seatOf, type House } from './house.ts';

let world: World;
let dir: string;
let house: House;
beforeEach(async () => {
  ({ world, dir } = await worldOnDisk());
  house = await open();
});
afterEach(async () => {
  await house.close();
  await rm(dir, { recursive: true, force: true });
});

const open = (chain = world.chain) => openHouse(world, { dir: join(dir, 'store'), chain });

/** Runs a Signer that does one thing and dies at a step. */
async function run(step: Step, act: object): Promise<string | null> {
  await house.close();
  const signal = await dieAt(dir, step, act);
  house = await open();
  return signal;
}

const versions = async () =>
  (await leavesOf(house)).flatMap(({ record }) => (record.event === 'directory' ? [record.version] : []));

test('after a proposal was stored: it is open, and the proposer may send it again', async () => {
  const { ana } = world.people;
  const { proposal, digest } = secondKey(house.standing.trust, ana);
  expect(await run('proposed', { seat: seatOf(ana), proposal })).toBe('SIGKILL');
  expect((await house.desk.directory.proposals()).open).toEqual([{ digest, proposal }]);
  await house.desk.directory.propose(seatOf(ana), proposal);
  expect((await house.desk.directory.proposals()).open).toHaveLength(1);
});

test.each<[Step, boolean]>([
  ['proposed', false],
  ['adopted', false],
  ['chain-kept', true],
])('after the last signature, killed at %s: the version is in force, once', async (step, isWritten) => {
  const { ana, ben } = world.people;
  const made = secondKey(house.standing.trust, ana);
  await house.desk.directory.propose(seatOf(ana), made.proposal);
  const signature = signatureOf(ben, made.next);
  const endorsed = { digest: made.digest, signature };
  expect(await run(step, { seat: seatOf(ben), endorsed })).toBe('SIGKILL');
  expect(house.standing.trust.latestDigest).toBe(made.digest);
  await house.desk.directory.sign(seatOf(ben), made.digest, signature);
  expect(await versions()).toEqual([1, 2]);
  expect((await house.desk.directory.proposals()).ended).toEqual([{ digest: made.digest, code: null }]);
  const file = await readFile(join(dir, 'chain.json'), 'utf8').catch(() => null);
  expect(file !== null).toBe(isWritten);
  if (file === null) return;
  const chain = JSON.parse(file) as DirectoryChain;
  expect(verifyChain(nodeCrypto, chain, world.pin).latestDigest).toBe(made.digest);
  await house.close();
  house = await open(chain);
  expect(await versions()).toEqual([1, 2]);
});

test.each<Step>(['proposed', 'adopted', 'chain-kept'])(
  'after a version that came with its quorum, killed at %s: it is in force, once, and answered as ever',
  async (step) => {
    const { ana, ben } = world.people;
    const made = secondKey(house.standing.trust, ana);
    const whole = {
      ...made.proposal,
      signatures: [...made.proposal.signatures, signatureOf(ben, made.next)],
    };
    expect(await run(step, { seat: seatOf(ana), whole })).toBe('SIGKILL');
    expect(house.standing.trust.latestDigest).toBe(made.digest);
    expect(await house.desk.directory.publish(whole)).toMatchObject({ version: 2, digest: made.digest });
    expect(await versions()).toEqual([1, 2]);
  },
);
