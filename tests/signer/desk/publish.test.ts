// A next version that comes with its whole quorum, from nobody in particular: in force at once, or refused, and the same twice.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openCheckpoint } from '../../../core/trust/checkpoint.ts';
import type { Proposal } from '../../../core/trust/proposal.ts';
import { nodeCrypto } from '../../../ports/crypto.ts';
import { nextOf, proposalOf, secondKey, signatureOf } from '../../support/change.ts';
import { replaceKey } from '../../support/rotate.ts';
import { makeWorld, type World } from '../../support/world.ts';
import {
  API,
  TRUSTED,
  body,
  caller,
  leavesOf,
  openHouse,
  reopen,
  seatOf,
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

const publish = (proposal: Proposal) => house.desk.directory.publish(proposal);
const version = () => house.standing.trust.latest.version;
const rotation = (signers: ('ana' | 'ben' | 'cai' | 'dan')[] = ['ana', 'ben']): Proposal => {
  const next = nextOf(house.standing.trust, (d) => replaceKey(world, d, 'file:release', 'file:release-2'));
  return proposalOf(
    world.people.ana,
    next,
    [],
    signers.map((who) => world.people[who]),
  );
};
const directoryLeaves = async () =>
  (await leavesOf(house)).filter(({ record }) => record.event === 'directory').length;

describe('with its quorum', () => {
  test('it is in force: leaf, checkpoint, everybody who listens, the next request', async () => {
    const heard: number[] = [];
    house.desk.directory.onChange(() => heard.push(version()));
    const proposal = rotation();
    const answer = await publish(proposal);
    expect(answer).toMatchObject({ version: 2, digest: house.standing.trust.latestDigest });
    const { size } = openCheckpoint(nodeCrypto, world.directory, answer.checkpoint);
    expect(size).toBe(answer.leaf.index + 1);
    expect((await leavesOf(house))[answer.leaf.index]?.record).toMatchObject({
      event: 'directory',
      digest: answer.digest,
    });
    expect(heard).toEqual([2]);
    const outcome = await house.desk.submit(caller(), body('a', TRUSTED), 'a', API);
    expect(outcome).toMatchObject({ kind: 'signed', answer: { signer: { keyId: 'file:release-2' } } });
  });

  test('the same again is the same answer: at once, later, after another version, after a restart', async () => {
    const proposal = rotation();
    const [first, second] = await Promise.all([publish(proposal), publish(proposal)]);
    expect(second).toEqual(first);
    expect(await publish(proposal)).toEqual(first);
    const next = nextOf(house.standing.trust, (d) => void (d.keys[0]!.state = 'revoked'));
    await publish(proposalOf(world.people.ben, next, [], [world.people.ben, world.people.cai]));
    expect(await publish(proposal)).toEqual(first);
    house = await reopen(house);
    expect(await publish(proposal)).toEqual(first);
    expect(await directoryLeaves()).toBe(3);
  });

  test('it ends the proposal that a Console had opened for it, and those beside it', async () => {
    const { ana, ben, cai } = world.people;
    const proposal = rotation();
    await house.desk.directory.propose(seatOf(ana), { ...proposal, signatures: [proposal.signatures[0]!] });
    const beside = secondKey(house.standing.trust, cai);
    await house.desk.directory.propose(seatOf(cai), beside.proposal);
    const { digest } = await publish(proposal);
    expect(await house.desk.directory.proposals()).toEqual({
      open: [],
      ended: [
        { digest, code: null },
        { digest: beside.digest, code: 'proposal_stale' },
      ],
    });
    await expect(
      house.desk.directory.sign(seatOf(ben), beside.digest, signatureOf(ben, beside.next)),
    ).toRejectCode('proposal_stale');
  });
});

describe('refused, and nothing changes', () => {
  afterEach(async () => {
    expect(version()).toBe(1);
    expect(await directoryLeaves()).toBe(1);
  });

  test.each<[string, string, () => Proposal]>([
    ['one signature', 'quorum_incomplete', () => rotation(['ana'])],
    ['none', 'quorum_incomplete', () => rotation([])],
    ['an auditor among them', 'officer_role', () => rotation(['ana', 'dan'])],
    ['the same officer twice', 'officer_decided', () => rotation(['ana', 'ana'])],
    ['another than the proposer first', 'quorum_incomplete', () => rotation(['ben', 'ana'])],
    [
      'signatures over another version',
      'device_proof',
      () => {
        const signed = rotation();
        const edited = structuredClone(signed);
        edited.directory.keys[0]!.state = 'compromised';
        return edited;
      },
    ],
    [
      'a version too far',
      'directory_skipped',
      () => {
        const next = nextOf(house.standing.trust, (d) => void (d.version = 3));
        return proposalOf(world.people.ana, next, [], [world.people.ana, world.people.ben]);
      },
    ],
  ])('%s: %s', async (_name, code, made) => {
    await expect(publish(made())).toRejectCode(code);
  });
});

test('what follows an older version is stale', async () => {
  const late = rotation(['ana', 'cai']);
  const next = nextOf(house.standing.trust, (d) => void (d.keys[0]!.notAfter = '2027-01-01T00:00:00Z'));
  await publish(proposalOf(world.people.ben, next, [], [world.people.ben, world.people.cai]));
  await expect(publish(late)).toRejectCode('proposal_stale');
  expect(version()).toBe(2);
});

test('of two that follow the same version one comes into force', async () => {
  const other = nextOf(house.standing.trust, (d) => void (d.keys[0]!.notAfter = '2027-01-01T00:00:00Z'));
  const both = [rotation(), proposalOf(world.people.ben, other, [], [world.people.ben, world.people.cai])];
  const outcomes = await Promise.allSettled(both.map(publish));
  expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  expect([version(), await directoryLeaves()]).toEqual([2, 2]);
});
