// What comes of decisions: signatures, denials, and evidence that a stranger verifies.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { leafHash, verifyInclusion } from '../../../core/log/merkle.ts';
import { leafData } from '../../../core/log/leaf.ts';
import { verifyEvidence } from '../../../core/verify/evidence.ts';
import type { Sealed } from '../../../core/decision/decision.ts';
import { parseCheckpoint, parseNote } from '../../../core/log/checkpoint.ts';
import { nodeCrypto } from '../../../ports/crypto.ts';
import { makeWorld, TENANT, type Person, type World } from '../../support/world.ts';
import {
  API,
  alarmsOf,
  body,
  decideAs,
  held,
  leavesOf,
  openHouse,
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
beforeEach(async () => {
  world = makeWorld();
  ({ ana, ben } = world.people);
  house = await openHouse(world);
});
afterEach(() => tearDown(house));

const keyed = () => held(house, body('app.tgz', undefined, { keyId: world.held }));

const bringAll = (all: readonly Sealed[]) =>
  Promise.allSettled(
    all.map((s) =>
      house.desk.decide({ ...seatOf(ana), officer: s.decision.officer, machine: s.decision.machine }, s),
    ),
  );

describe('approved', () => {
  test('one quorum, one bundle, evidence that a stranger verifies', async () => {
    const id = await held(house);
    const recorded = await decideAs(house, ana, id);
    const { size, root } = parseCheckpoint(parseNote(recorded.checkpoint).body);
    const { index, salt, record, proof } = recorded.leaf;
    const hash = leafHash(nodeCrypto, leafData(nodeCrypto, Buffer.from(salt, 'base64url'), record));
    const path = proof.map((p) => new Uint8Array(Buffer.from(p, 'base64')));
    expect(verifyInclusion(nodeCrypto, { index, size, leafHash: hash, proof: path, root })).toBe(true);
    const status = await house.desk.status(TENANT, id, API);
    expect(status).toMatchObject({ state: 'signed', code: null, approvals: { needed: 1, given: 1 } });
    expect(status.evidence).toBe(`/api/v1/signer/requests/${id}/evidence`);
    expect(status.result!.signer.keyId).toBe('file:release-approved');
    const evidence = await house.desk.evidence(TENANT, id);
    expect(verifyEvidence(nodeCrypto, world.trust, evidence)).toMatchObject({
      outcome: 'signed',
      requestId: id,
      officers: ['ana'],
    });
    expect(evidence.bundles).toEqual([status.result!.bundle]);
    expect(await house.desk.evidence(null, id)).toEqual(evidence);
  });

  test('the leaves stand in the order of the protocol', async () => {
    const id = await held(house);
    await decideAs(house, ana, id);
    expect((await leavesOf(house)).map((l) => l.record.event)).toEqual([
      'directory',
      'held',
      'decided',
      'intent',
      'signed',
      'approved',
    ]);
  });

  test('events are gapless and end with the signature', async () => {
    const id = await held(house);
    await decideAs(house, ana, id);
    const events = (await house.desk.events(TENANT, 0, 100))!;
    expect(events.map((e) => e.seq)).toEqual(events.map((_, i) => i + 1));
    expect(
      events.map((e) => (e.event === 'hold' ? `${e.hold.state} ${e.hold.decisions.length}` : e.event)),
    ).toEqual(['waiting 0', 'waiting 1', 'committed 1', 'signed 1']);
    expect((await house.desk.snapshot(TENANT, '', 10)).holds).toEqual([]);
    expect(await house.desk.tenants()).toEqual([{ tenant: TENANT, seq: 4 }]);
  });

  test('a blind payload needs two', async () => {
    const id = await held(house, { ...body(), predicateType: 'https://example.org/unknown' });
    await decideAs(house, ana, id);
    expect(await house.desk.status(TENANT, id, API)).toMatchObject({
      state: 'waiting',
      approvals: { needed: 2, given: 1 },
    });
    await decideAs(house, ben, id);
    expect(await stateOf(house, id)).toBe('signed');
    expect((await house.desk.evidence(TENANT, id)).decisions).toHaveLength(2);
  });

  test('two officers at once', async () => {
    const id = await held(house, { ...body(), predicateType: 'https://example.org/unknown' });
    const sealed = await Promise.all([ana, ben].map((who) => sealedBy(house, who, id)));
    await Promise.all(sealed.map((s, i) => house.desk.decide(seatOf([ana, ben][i]!), s)));
    await house.desk.settled();
    expect(await stateOf(house, id)).toBe('signed');
    expect((await leavesOf(house)).filter((l) => l.record.event === 'approved')).toHaveLength(1);
  });

  test('approval and denial at once: one end, never both', async () => {
    for (let round = 0; round < 10; round++) {
      const id = await held(house, body(`app-${round}`));
      const both = [await sealedBy(house, ana, id), await sealedBy(house, ben, id, { verdict: 'deny' })];
      if (round % 2) both.reverse();
      await bringAll(both);
      await house.desk.settled();
      const ends = (await leavesOf(house)).filter(
        (l) =>
          'requestId' in l.record &&
          l.record.requestId === id &&
          ['closed', 'approved'].includes(l.record.event),
      );
      expect(ends).toHaveLength(1);
      const state = await stateOf(house, id);
      expect(['signed', 'denied']).toContain(state);
      expect(verifyEvidence(nodeCrypto, world.trust, await house.desk.evidence(TENANT, id)).outcome).toBe(
        state,
      );
    }
  });

  test('the time ran out between the last approval and the intent', async () => {
    await tearDown(house);
    const late = (step: string) => {
      if (step === 'decided') house.clock.now = new Date(house.clock.now.getTime() + 3601_000);
    };
    house = await openHouse(world, { onStep: late });
    const id = await held(house);
    await decideAs(house, ana, id);
    expect(await house.desk.status(TENANT, id, API)).toMatchObject({ state: 'expired', code: 'expired' });
    expect(house.keys.signatures).toBe(0);
    expect(await alarmsOf(house)).toEqual([]);
  });

  test('a key that cannot sign now is tried again, and signs once', async () => {
    const id = await held(house);
    house.keys.gone = true;
    await decideAs(house, ana, id);
    expect(await stateOf(house, id)).toBe('committed');
    await house.desk.sweep();
    await house.desk.settled();
    expect(await stateOf(house, id)).toBe('committed');
    house.keys.gone = false;
    await house.desk.sweep();
    await house.desk.settled();
    expect(await stateOf(house, id)).toBe('signed');
    expect(await alarmsOf(house)).toEqual([]);
  });
});

describe('denied', () => {
  test('one denial ends it, and verifies', async () => {
    const id = await held(house);
    await decideAs(house, ben, id, { verdict: 'deny' });
    expect(await house.desk.status(TENANT, id, API)).toMatchObject({
      state: 'denied',
      code: 'denied',
      result: null,
    });
    const evidence = await house.desk.evidence(TENANT, id);
    expect(verifyEvidence(nodeCrypto, world.trust, evidence)).toMatchObject({
      outcome: 'denied',
      officers: ['ben'],
    });
    expect(house.keys.signatures).toBe(0);
  });

  test('a denial may follow an approval, with a new challenge', async () => {
    const id = await keyed();
    const first = await sealedBy(house, ana, id);
    await house.desk.decide(seatOf(ana), first);
    const second = await sealedBy(house, ana, id, { verdict: 'deny' });
    expect(second.decision.challenge).not.toBe(first.decision.challenge);
    await house.desk.decide(seatOf(ana), second);
    expect(await stateOf(house, id)).toBe('denied');
    const evidence = await house.desk.evidence(TENANT, id);
    expect(verifyEvidence(nodeCrypto, world.trust, evidence).outcome).toBe('denied');
  });

  test('nobody decides on what has ended', async () => {
    const id = await held(house);
    const late = await sealedBy(house, ana, id);
    await decideAs(house, ben, id, { verdict: 'deny' });
    await expect(house.desk.decide(seatOf(ana), late)).toRejectCode('hold_closed');
    await expect(house.desk.challenge(seatOf(ana), id)).toRejectCode('hold_closed');
  });
});
