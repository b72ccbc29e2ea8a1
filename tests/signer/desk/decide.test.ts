// Deciding: who may, what is refused with which code, and that a challenge has one answer.
import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { toBase64 } from '../../../core/bytes/base64.ts';
import { digestOf } from '../../../core/json/digest.ts';
import { verifyDecision } from '../../../core/decision/decision.ts';
import { parseCheckpoint, parseNote } from '../../../core/log/checkpoint.ts';
import { nodeCrypto } from '../../../ports/crypto.ts';
import {
  emptyHead,
  expectedOf,
  makeWorld,
  successor,
  TENANT,
  type Person,
  type World,
} from '../../support/world.ts';
import {
  API,
  alarmsOf,
  body,
  caller,
  decideAs,
  headOf,
  held,
  holdOf,
  leavesOf,
  nextKey,
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
let dan: Person;
beforeEach(async () => {
  world = makeWorld();
  ({ ana, ben, cai, dan } = world.people);
  house = await openHouse(world);
});
afterEach(() => tearDown(house));

const keyed = () => held(house, body('app.tgz', undefined, { keyId: world.held }));
/** A head that the log truly had. */
const headAt = async (size: number) => {
  const { origin, root } = parseCheckpoint(parseNote(await house.log.checkpointAt(size)).body);
  return { origin, size, root: toBase64(root) };
};
const challengeOf = (who: Person, id: string) => house.desk.challenge(seatOf(who), id);
describe('one answer for each challenge', () => {
  test('the same bytes get the same leaf, also after a restart and after the end', async () => {
    const id = await held(house);
    const sealed = await sealedBy(house, ana, id);
    const first = await house.desk.decide(seatOf(ana), sealed);
    await house.desk.settled();
    house = await reopen(house);
    const again = await house.desk.decide(seatOf(ana), sealed);
    expect({ ...again.leaf, proof: [] }).toEqual({ ...first.leaf, proof: [] });
    expect((await leavesOf(house)).filter((l) => l.record.event === 'decided')).toHaveLength(1);
  });

  test('the same bytes ten times at once are recorded once', async () => {
    const id = await keyed();
    const sealed = await sealedBy(house, ana, id);
    const all = await Promise.all(Array.from({ length: 10 }, () => house.desk.decide(seatOf(ana), sealed)));
    expect(new Set(all.map((r) => r.leaf.index)).size).toBe(1);
  });

  test('other bytes are refused, with one alarm however often they come', async () => {
    const id = await keyed();
    const challenge = await challengeOf(ana, id);
    await house.desk.decide(seatOf(ana), await sealedBy(house, ana, id, { challenge }));
    const other = await sealedBy(house, ana, id, { challenge, verdict: 'deny' });
    await expect(house.desk.decide(seatOf(ana), other)).toRejectCode('challenge_reused');
    await expect(house.desk.decide(seatOf(ana), other)).toRejectCode('challenge_reused');
    expect(await alarmsOf(house)).toEqual(['challenge_reused']);
    expect((await leavesOf(house)).filter((l) => l.record.event === 'alarm')).toHaveLength(1);
    expect(await stateOf(house, id)).toBe('waiting');
  });

  test('a challenge stays the same while it is unanswered, and is its own for each officer and request', async () => {
    const [a, b] = [await held(house), await held(house, body('b'))];
    const challenge = await challengeOf(ana, a);
    expect(await challengeOf(ana, a)).toBe(challenge);
    expect(new Set([challenge, await challengeOf(ben, a), await challengeOf(ana, b)]).size).toBe(3);
  });

  test('ask says what became of one, to its officer alone', async () => {
    const id = await held(house);
    const sealed = await sealedBy(house, ana, id);
    const { challenge } = sealed.decision;
    expect(await house.desk.ask(seatOf(ana), challenge)).toBeNull();
    const recorded = await house.desk.decide(seatOf(ana), sealed);
    expect((await house.desk.ask(seatOf(ana), challenge))!.leaf.index).toBe(recorded.leaf.index);
    expect(await house.desk.ask(seatOf(ben), challenge)).toBeNull();
  });
});

describe('refused, and the hold goes on', () => {
  const cases: [string, string, (id: string) => Promise<[Person, Awaited<ReturnType<typeof sealedBy>>]>][] = [
    [
      'a challenge that nobody gave',
      'challenge_unknown',
      async (id) => [
        ana,
        await sealedBy(house, ana, id, { challenge: randomBytes(32).toString('base64url') }),
      ],
    ],
    [
      "another officer's challenge",
      'challenge_unknown',
      async (id) => [ana, await sealedBy(house, ana, id, { challenge: await challengeOf(ben, id) })],
    ],
    [
      "another request's challenge",
      'challenge_unknown',
      async (id) => [
        ana,
        await sealedBy(house, ana, id, { challenge: await challengeOf(ana, await held(house, body('x'))) }),
      ],
    ],
    [
      "another officer's decision over one's own link",
      'challenge_unknown',
      async (id) => [ben, await sealedBy(house, ana, id)],
    ],
    ['an auditor', 'officer_role', async (id) => [dan, await sealedBy(house, dan, id)]],
    [
      'another Signer',
      'signer_mismatch',
      async (id) => [ana, await sealedBy(house, ana, id, { signer: `sha256:${'a'.repeat(64)}` })],
    ],
    [
      'another request digest',
      'request_mismatch',
      async (id) => [ana, await sealedBy(house, ana, id, { requestDigest: `sha256:${'a'.repeat(64)}` })],
    ],
    [
      'another payload',
      'payload_mismatch',
      async (id) => [ana, await sealedBy(house, ana, id, { payloadDigest: `sha256:${'a'.repeat(64)}` })],
    ],
    [
      'another view',
      'view_mismatch',
      async (id) => [
        ana,
        await sealedBy(house, ana, id, { view: { version: '1', digest: `sha256:${'a'.repeat(64)}` } }),
      ],
    ],
    [
      'a denial without a reason',
      'reason_missing',
      async (id) => [ana, await sealedBy(house, ana, id, { verdict: 'deny', reason: ' ' })],
    ],
    [
      "a device that is another's",
      'device_unknown',
      async (id) => [ana, await sealedBy(house, ana, id, { device: ben.key.device.id })],
    ],
    [
      'a log head before the hold',
      'head_mismatch',
      async (id) => [ana, await sealedBy(house, ana, id, { logHead: await headAt(1) })],
    ],
    [
      "another log's head",
      'head_mismatch',
      async (id) => [ana, await sealedBy(house, ana, id, { logHead: emptyHead('other.test/log') })],
    ],
    [
      'a head that this log never had',
      'head_mismatch',
      async (id) => [
        ana,
        await sealedBy(house, ana, id, { logHead: { ...(await headOf(house)), root: emptyHead('').root } }),
      ],
    ],
    [
      'a head of the future',
      'head_mismatch',
      async (id) => [
        ana,
        await sealedBy(house, ana, id, { logHead: { ...(await headOf(house)), size: 1_000_000 } }),
      ],
    ],
  ];

  test.each(cases)('%s', async (_title, code, make) => {
    const id = await held(house);
    const [who, sealed] = await make(id);
    await expect(house.desk.decide(seatOf(who), sealed)).toRejectCode(code);
    await house.desk.settled();
    expect(await house.desk.status(TENANT, id, API)).toMatchObject({
      state: 'waiting',
      approvals: { given: 0 },
    });
    await decideAs(house, ana, id);
    expect(await stateOf(house, id)).toBe('signed');
  });

  test('a head that this log never had, under a device signature, is an alarm', async () => {
    const id = await held(house);
    const sealed = await sealedBy(house, ana, id, {
      logHead: { ...(await headOf(house)), root: emptyHead('').root },
    });
    await expect(house.desk.decide(seatOf(ana), sealed)).toRejectCode('head_mismatch');
    expect(await alarmsOf(house)).toEqual(['head_mismatch']);
  });

  test('a signature that is not the device’s or not the machine’s', async () => {
    const id = await held(house);
    const sealed = await sealedBy(house, ana, id);
    const other = await sealedBy(house, ana, id, { reason: 'another' });
    await expect(house.desk.decide(seatOf(ana), { ...sealed, proof: other.proof })).toRejectCode(
      'device_proof',
    );
    await expect(
      house.desk.decide(seatOf(ana), { ...sealed, countersignature: other.countersignature }),
    ).toRejectCode('machine_proof');
  });

  test("one's decision from another machine than the session's", async () => {
    const id = await held(house);
    const sealed = await sealedBy(house, ana, id);
    await expect(house.desk.decide({ ...seatOf(ana), machine: ben.machine.id }, sealed)).toRejectCode(
      'session_invalid',
    );
  });

  test('the requester, and who can start the caller', async () => {
    const submit = (subject: string) => house.desk.submit(caller({ subject }), body(), nextKey(), API);
    const own = await submit('ana@acme');
    const started = await submit('nightly@acme');
    if (own.kind !== 'held' || started.kind !== 'held') throw new Error('signed');
    await expect(decideAs(house, ana, own.answer.requestId)).toRejectCode('officer_is_requester');
    await expect(decideAs(house, ben, started.answer.requestId)).toRejectCode('officer_starts_caller');
  });

  test('an officer twice', async () => {
    const id = await keyed();
    await decideAs(house, ana, id);
    await expect(decideAs(house, ana, id)).toRejectCode('officer_decided');
  });

  test('two officers by one machine', async () => {
    const id = await keyed();
    await decideAs(house, ana, id);
    const shared: Person = { ...ben, machine: ana.machine };
    await expect(decideAs(house, shared, id)).toRejectCode('machine_shared');
    expect(await house.desk.status(TENANT, id, API)).toMatchObject({
      state: 'waiting',
      approvals: { given: 1 },
    });
  });

  test('an unknown request', async () => {
    await expect(challengeOf(ana, '01ARZ3NDEKTSV4RRFFQ69G5FAV')).toRejectCode('not_found');
  });

  test('after the request expired', async () => {
    const id = await held(house);
    const sealed = await sealedBy(house, ana, id);
    house.clock.now = new Date(house.clock.now.getTime() + 3600 * 1000 + 1);
    await expect(house.desk.decide(seatOf(ana), sealed)).toRejectCode('expired');
    await expect(challengeOf(ana, id)).toRejectCode('expired');
  });

  test('an approval that lapsed does not count, and another officer can complete the quorum', async () => {
    const id = await held(house, { ...body(), predicateType: 'https://example.org/unknown' });
    await decideAs(house, ana, id);
    house.clock.now = new Date(house.clock.now.getTime() + 901 * 1000);
    await decideAs(house, ben, id);
    expect(await stateOf(house, id)).toBe('waiting');
    await decideAs(house, cai, id);
    expect(await stateOf(house, id)).toBe('signed');
    const evidence = await house.desk.evidence(TENANT, id);
    expect(evidence.decisions.map((d) => d.decision.officer)).toEqual(['ben', 'cai']);
  });

  test('an officer whom the newest directory no longer names', async () => {
    const id = await keyed();
    const sealed = await sealedBy(house, ben, id);
    const chain = successor(
      world.chain,
      (d) => {
        d.officers = d.officers.filter((o) => o.id !== 'ben');
        d.callers = d.callers.map((c) => ({ ...c, startedBy: c.startedBy.filter((o) => o !== 'ben') }));
      },
      [ana, cai],
    );
    house = await reopen(house, { chain });
    await expect(house.desk.decide(seatOf(ben), sealed)).toRejectCode('officer_unknown');
  });
});

describe('journals', () => {
  const journal = (size: number, fill = 1) => ({
    origin: 'console/ana',
    size,
    root: Buffer.alloc(32, fill).toString('base64'),
  });

  test('the last head comes back at sign-in', async () => {
    const id = await keyed();
    expect((await house.desk.seated(seatOf(ana))).journalHead).toBeNull();
    await decideAs(house, ana, id, { journalHead: journal(7) });
    house = await reopen(house);
    expect((await house.desk.seated(seatOf(ana))).journalHead).toEqual(journal(7));
    const sessions = (await leavesOf(house)).filter((l) => l.record.event === 'session');
    expect(sessions, 'one session, one leaf, however often it reconnects').toHaveLength(1);
  });

  test('a shorter one, or another of the same length, approves nothing and still denies', async () => {
    const [a, b] = [await keyed(), await held(house, body('b'))];
    await decideAs(house, ana, a, { journalHead: journal(7) });
    await expect(decideAs(house, ana, b, { journalHead: journal(6) })).toRejectCode('journal_shorter');
    await expect(decideAs(house, ana, b, { journalHead: journal(7, 2) })).toRejectCode('journal_broken');
    await decideAs(house, ana, b, { journalHead: journal(6), verdict: 'deny' });
    expect(await stateOf(house, b)).toBe('denied');
    expect((await house.desk.seated(seatOf(ana))).journalHead).toEqual(journal(7));
  });
});

test('a decision in the store still verifies by the directory alone', async () => {
  const id = await keyed();
  const sealed = await sealedBy(house, ana, id);
  await house.desk.decide(seatOf(ana), sealed);
  const { hold, payload } = await holdOf(house, id);
  expect(
    verifyDecision(nodeCrypto, expectedOf(world, hold.request, payload), hold.decisions[0]!).officer.id,
  ).toBe('ana');
  expect(digestOf(nodeCrypto, hold.decisions[0]!)).toBe(digestOf(nodeCrypto, sealed));
});
