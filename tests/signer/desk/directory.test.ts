// The directory changes while the Signer runs: proposed, signed by a quorum, in force at once, everywhere, and after a restart.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CHAIN_TYPE, verifyChain, type DirectoryChain } from '../../../core/trust/chain.ts';
import { verifyEvidence } from '../../../core/verify/evidence.ts';
import { nodeCrypto } from '../../../ports/crypto.ts';
import { nextOf, proposalOf, secondKey, signatureOf } from '../../support/change.ts';
import { makeWorld, successor, TENANT, type Person, type World } from '../../support/world.ts';
import {
  API,
  TRUSTED,
  body,
  caller,
  decideAs,
  edit,
  held,
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
let written: DirectoryChain[];
const keepChain = async (chain: DirectoryChain) => void written.push(structuredClone(chain));
beforeEach(async () => {
  world = makeWorld();
  written = [];
  house = await openHouse(world, { keepChain });
});
afterEach(() => tearDown(house));

const trust = () => house.standing.trust;
const desk = () => house.desk.directory;
const version = () => trust().latest.version;

/** Proposed by ana; returns what it takes to go on. */
async function proposed(who = world.people.ana) {
  const made = secondKey(trust(), who);
  await desk().propose(seatOf(who), made.proposal);
  return made;
}
const signAs = (who: Person, { digest, next }: { digest: string; next: Parameters<typeof signatureOf>[1] }) =>
  desk().sign(seatOf(who), digest, signatureOf(who, next));

/** Brings a change into force by ana and ben. */
async function change(how: Parameters<typeof nextOf>[1]): Promise<void> {
  const { ana, ben } = world.people;
  const next = nextOf(trust(), how);
  await desk().propose(seatOf(ana), proposalOf(ana, next));
  const [open] = (await desk().proposals()).open.filter((one) => one.proposal.proposedBy === 'ana');
  await signAs(ben, { digest: open!.digest, next });
}

async function directoryLeaves(): Promise<number[]> {
  return (await leavesOf(house)).flatMap(({ record }) =>
    record.event === 'directory' ? [record.version] : [],
  );
}

describe('a proposal', () => {
  test('comes into force with the last signature: leaf, chain file, everybody who asks', async () => {
    const heard: number[] = [];
    desk().onChange(() => heard.push(version()));
    const made = await proposed();
    expect(version()).toBe(1);
    expect((await desk().proposals()).open).toEqual([{ digest: made.digest, proposal: made.proposal }]);
    await signAs(world.people.ben, made);
    expect(trust().latestDigest).toBe(made.digest);
    expect(verifyChain(nodeCrypto, house.standing.chain, world.pin).latest).toEqual(made.next);
    expect(written).toEqual([house.standing.chain]);
    expect(await directoryLeaves()).toEqual([1, 2]);
    expect(await desk().proposals()).toEqual({ open: [], ended: [{ digest: made.digest, code: null }] });
    expect(heard).toEqual([1, 2]);
  });

  test('outlives a restart, half signed as whole; the longer chain of the store wins over an older file', async () => {
    const made = await proposed();
    house = await reopen(house, { keepChain });
    expect((await desk().proposals()).open).toHaveLength(1);
    await signAs(world.people.ben, made);
    house = await reopen(house);
    expect(version()).toBe(2);
    expect(await directoryLeaves()).toEqual([1, 2]);
    expect((await desk().proposals()).ended).toEqual([{ digest: made.digest, code: null }]);
    const cut = { _type: CHAIN_TYPE, versions: [written[0]!.versions[0]] } as DirectoryChain;
    house = await reopen(house, { chain: cut });
    expect(version()).toBe(2);
  });

  test('a new key decides from the next version on', async () => {
    const id = await held(house);
    const made = await proposed();
    const ana = { ...world.people.ana, key: made.key };
    await signAs(world.people.ben, made);
    await expect(decideAs(house, ana, id)).toRejectCode('device_unknown'); // the request's own version does not know it
    const fresh = await held(house, body('later.tgz'));
    const sealed = await sealedBy({ ...house, world: { ...world, trust: trust() } }, ana, fresh);
    await house.desk.decide(seatOf(ana), sealed);
    await house.desk.settled();
    expect(await stateOf(house, fresh)).toBe('signed');
    const evidence = await house.desk.evidence(TENANT, fresh);
    expect(verifyEvidence(nodeCrypto, trust(), evidence)).toMatchObject({ outcome: 'signed', directory: 2 });
  });

  test('needs its quorum: the same officer twice, an auditor, a stranger do not make one', async () => {
    const made = await proposed();
    const { ana, dan } = world.people;
    await expect(signAs(ana, made)).toRejectCode('officer_decided');
    await expect(signAs(dan, made)).toRejectCode('officer_role');
    await expect(signAs(makeWorld().people.ben, made)).toRejectCode('device_proof');
    await expect(desk().sign(seatOf(ana), made.digest, signatureOf(dan, made.next))).toRejectCode(
      'session_invalid',
    );
    expect(version()).toBe(1);
    expect((await desk().proposals()).open[0]!.proposal.signatures).toHaveLength(1);
  });

  test('the same again is the same: proposal and signature, before and after it is in force', async () => {
    const made = await proposed();
    const { ana, ben } = world.people;
    await desk().propose(seatOf(ana), made.proposal);
    const signature = signatureOf(ben, made.next);
    await desk().sign(seatOf(ben), made.digest, signature);
    await desk().sign(seatOf(ben), made.digest, signature);
    await desk().propose(seatOf(ana), made.proposal);
    expect(version()).toBe(2);
    expect(await directoryLeaves()).toEqual([1, 2]);
    await expect(signAs(world.people.cai, made)).toRejectCode('proposal_stale');
  });

  test('one for each officer, and only of its own officer', async () => {
    const { ana, ben } = world.people;
    const made = await proposed();
    await expect(desk().propose(seatOf(ana), secondKey(trust(), ana).proposal)).toRejectCode('proposal_open');
    await expect(desk().propose(seatOf(ben), secondKey(trust(), ana).proposal)).toRejectCode(
      'session_invalid',
    );
    const twice = proposalOf(ana, made.next, [made.enrolment], [ana, ben]);
    await expect(desk().propose(seatOf(ana), twice)).toRejectCode('quorum_incomplete');
    await expect(desk().propose(seatOf(ben), proposalOf(ben, made.next, [made.enrolment]))).toRejectCode(
      'proposal_open',
    );
  });

  test('is withdrawn by its proposer alone, and may be made again', async () => {
    const { ana, ben } = world.people;
    const made = await proposed();
    await expect(desk().withdraw(seatOf(ben), made.digest)).toRejectCode('proposal_unknown');
    await desk().withdraw(seatOf(ana), made.digest);
    await desk().withdraw(seatOf(ana), made.digest);
    expect((await desk().proposals()).ended).toEqual([{ digest: made.digest, code: 'proposal_withdrawn' }]);
    await expect(signAs(ben, made)).toRejectCode('proposal_withdrawn');
    await desk().propose(seatOf(ana), made.proposal);
    await signAs(ben, made);
    expect(version()).toBe(2);
    await expect(desk().withdraw(seatOf(ana), made.digest)).toRejectCode('proposal_stale');
  });

  test('whose base is gone is dropped with a reason; of two that are completed together one counts', async () => {
    const { ana, ben, cai } = world.people;
    const first = await proposed(ana);
    const second = await proposed(ben);
    const results = await Promise.allSettled([signAs(cai, first), signAs(cai, second)]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    expect(trust().latestDigest).toBe(first.digest);
    expect(await directoryLeaves()).toEqual([1, 2]);
    expect((await desk().proposals()).ended).toEqual([
      { digest: first.digest, code: null },
      { digest: second.digest, code: 'proposal_stale' },
    ]);
    await expect(desk().propose(seatOf(ben), second.proposal)).toRejectCode('proposal_stale');
    expect((await desk().proposals()).open).toEqual([]);
  });

  test('unknown digests are unknown', async () => {
    const made = secondKey(trust(), world.people.ana);
    await expect(signAs(world.people.ben, made)).toRejectCode('proposal_unknown');
  });

  test('ended ones are forgotten after a while', async () => {
    const { ana } = world.people;
    for (let i = 0; i < 40; i++) {
      const made = await proposed();
      await desk().withdraw(seatOf(ana), made.digest);
    }
    expect((await desk().proposals()).ended.length).toBeLessThanOrEqual(32);
  });
});

describe('what was under way', () => {
  test('an officer who is taken out no longer counts for what waits', async () => {
    const { ana, ben } = world.people;
    const id = await held(house, body('app.tgz', undefined, { keyId: world.held }));
    await decideAs(house, world.people.cai, id);
    await change((d) => {
      d.officers = d.officers.filter((o) => o.id !== 'cai');
    });
    await decideAs(house, ben, id).catch(() => undefined);
    await house.desk.settled();
    expect(await stateOf(house, id)).not.toBe('quorate');
    expect(house.keys.signatures).toBe(0);
    expect(ana.id).toBe('ana');
  });

  test('an intent never stands after the version that it was not counted by', async () => {
    const { ana, ben } = world.people;
    const next = nextOf(trust(), (d) => void (d.officers[3]!.roles = []));
    await desk().propose(seatOf(ana), proposalOf(ana, next));
    const [open] = (await desk().proposals()).open;
    const ids = await Promise.all(Array.from({ length: 8 }, (_, i) => held(house, body(`p${i}.tgz`))));
    const sealed = await Promise.all(ids.map((id) => sealedBy(house, world.people.cai, id)));
    const seat = seatOf(world.people.cai);
    // In the middle of eight approvals that each lead to a signature, a version comes into force.
    await Promise.all([
      ...sealed.slice(0, 4).map((one) => house.desk.decide(seat, one)),
      desk().sign(seatOf(ben), open!.digest, signatureOf(ben, next)),
      ...sealed.slice(4).map((one) => house.desk.decide(seat, one)),
    ]);
    await house.desk.settled();
    await house.desk.sweep();
    await house.desk.settled();
    const leaves = await leavesOf(house);
    const second = leaves.find(({ record }) => record.event === 'directory' && record.version === 2)!;
    for (const { index, record } of leaves)
      if (record.event === 'intent')
        expect(record.directory).toBe(index < second.index ? world.pin : trust().latestDigest);
    for (const id of ids) {
      expect(await stateOf(house, id)).toBe('signed');
      const evidence = await house.desk.evidence(TENANT, id);
      expect(verifyEvidence(nodeCrypto, trust(), evidence).outcome).toBe('signed');
    }
  });
});

test('what was signed is given again after its key was retired, and a repeat brings the same', async () => {
  const key = 'a-key';
  const submit = () => house.desk.submit(caller(), body('signed.tgz', TRUSTED), key, API);
  const before = await submit();
  const { cai } = world.people;
  const id = await held(house);
  await decideAs(house, cai, id);
  const { result } = await house.desk.status(TENANT, id, API);
  await change((d) => {
    for (const k of d.keys) if (k.name.startsWith('file:release')) k.state = 'retiring';
  });
  expect(await submit()).toEqual(before);
  expect((await house.desk.status(TENANT, id, API)).result).toEqual(result);
  expect(verifyEvidence(nodeCrypto, trust(), await house.desk.evidence(TENANT, id)).outcome).toBe('signed');
  await expect(house.desk.submit(caller(), body('new.tgz', TRUSTED), 'b', API)).toRejectCode(
    'key_unavailable',
  );
});

describe('a row is a cache', () => {
  test('an edited proposal is not shown, not signed, and dropped', async () => {
    const made = await proposed();
    const evil = secondKey(trust(), world.people.cai);
    edit(house, 'UPDATE proposals SET body = ?', Buffer.from(JSON.stringify(evil.proposal)));
    expect(await desk().proposals()).toEqual({
      open: [],
      ended: [{ digest: made.digest, code: 'store_tampered' }],
    });
    await expect(signAs(world.people.ben, made)).toRejectCode('store_tampered');
    expect(version()).toBe(1);
    expect(house.errors.length).toBeGreaterThan(0);
  });

  test('versions that were edited, or do not lead from the pin, refuse the start', async () => {
    const made = await proposed();
    await signAs(world.people.ben, made);
    await house.close();
    const evil = successor(world.chain, (d) => void (d.officers[3]!.roles = []), [world.people.ana]);
    edit(
      house,
      'UPDATE directories SET body = ? WHERE version = 2',
      Buffer.from(JSON.stringify(evil.versions[1])),
    );
    await expect(openHouse(world, { dir: house.dir })).toRejectCode('store_tampered');
    edit(house, 'DELETE FROM directories WHERE version = 2');
    await expect(openHouse(world, { dir: house.dir })).toRejectCode('store_tampered');
    house = await openHouse(world, { dir: house.dir, chain: written[0]! });
    expect(version()).toBe(2);
  });

  test('two histories, one in the file and one in the store, refuse the start', async () => {
    const made = await proposed();
    await signAs(world.people.ben, made);
    await house.close();
    const other = successor(world.chain, (d) => void (d.officers[3]!.roles = []), [
      world.people.ana,
      world.people.cai,
    ]);
    await expect(openHouse(world, { dir: house.dir, chain: other })).toRejectCode('directory_invalid');
    house = await openHouse(world, { dir: house.dir });
  });

  test('a longer chain file is taken up, and drops what was proposed before it', async () => {
    const made = await proposed();
    const { ben, cai } = world.people;
    const longer = successor(world.chain, (d) => void (d.officers[3]!.roles = []), [ben, cai]);
    house = await reopen(house, { chain: longer });
    expect(version()).toBe(2);
    expect((await desk().proposals()).ended).toEqual([{ digest: made.digest, code: 'proposal_stale' }]);
    house = await reopen(house);
    expect(version()).toBe(2);
  });

  test('a chain file that cannot be written takes nothing back', async () => {
    house = await reopen(house, { keepChain: () => Promise.reject(new Error('disk full')) });
    const made = await proposed();
    await signAs(world.people.ben, made);
    expect(version()).toBe(2);
    house = await reopen(house);
    expect(version()).toBe(2);
  });
});
