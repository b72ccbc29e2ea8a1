// A key that an officer holds: it signs last, by itself, after the quorum; until then an officer may still deny.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { pae } from '../../../core/dsse/pae.ts';
import { keyId } from '../../../core/key/keyid.ts';
import type { Sealed } from '../../../core/decision/decision.ts';
import { verifyEvidence } from '../../../core/verify/evidence.ts';
import { nodeCrypto } from '../../../ports/crypto.ts';
import { makeWorld, successor, TENANT, type Person, type World } from '../../support/world.ts';
import {
  API,
  body,
  decideAs,
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
let id: string;
let keyid: string;
beforeEach(async () => {
  world = makeWorld();
  ({ ana, ben, cai } = world.people);
  house = await openHouse(world);
  id = await held(house, body('app.tgz', undefined, { keyId: world.held }));
  keyid = keyId(nodeCrypto, world.keys[world.held]!.key);
});
afterEach(() => tearDown(house));

/** A new signature each time: ECDSA here is not deterministic. */
async function signature(): Promise<Uint8Array> {
  const { hold, payload } = await holdOf(house, id);
  return world.keys[world.held]!.sign(pae(hold.request.payloadType, payload));
}
const denyBy = (denial: Sealed) => () => house.desk.decide(seatOf(cai), denial);
const race = (...all: (() => Promise<unknown>)[]) => Promise.allSettled(all.map((one) => one()));

/** The leaves with which a request ended. */
const endsOf = async (where: House, requestId: string) =>
  (await leavesOf(where)).filter(
    ({ record }) =>
      'requestId' in record &&
      record.requestId === requestId &&
      ['closed', 'approved'].includes(record.event),
  );
const bring = (sig: Uint8Array, who = ana, by = keyid) =>
  house.desk.officerSignature(seatOf(who), id, by, sig);

async function quorum() {
  await decideAs(house, ana, id);
  await decideAs(house, ben, id);
}

test('quorum, intent, holder, approval, evidence', async () => {
  expect(await house.desk.status(TENANT, id, API)).toMatchObject({
    kind: 'manual-approval',
    approvals: { needed: 2, given: 0 },
  });
  await quorum();
  expect(await stateOf(house, id)).toBe('quorate');
  expect(house.keys.signatures).toBe(0);
  const sig = await signature();
  await bring(sig);
  await house.desk.settled();
  const status = await house.desk.status(TENANT, id, API);
  expect(status).toMatchObject({ state: 'signed', result: { signer: { keyId: world.held } } });
  expect(Buffer.from(status.result!.envelope!.signatures[0]!.sig, 'base64').equals(sig)).toBe(true);
  expect(verifyEvidence(nodeCrypto, world.trust, await house.desk.evidence(TENANT, id)).outcome).toBe(
    'signed',
  );
  const events = (await leavesOf(house)).map((l) => l.record.event);
  expect(events).toEqual(['directory', 'held', 'decided', 'decided', 'intent', 'signed', 'approved']);
});

describe('refused', () => {
  test('before the quorum', async () => {
    await decideAs(house, ana, id);
    await expect(bring(await signature())).toRejectCode('quorum_incomplete');
  });

  test('from another officer, by another key, or a signature over something else', async () => {
    await quorum();
    await expect(bring(await signature(), ben)).toRejectCode('key_use');
    await expect(
      bring(await signature(), ana, keyId(nodeCrypto, world.keys['file:release']!.key)),
    ).toRejectCode('key_unknown');
    await expect(bring(world.keys[world.held]!.sign(Buffer.from('else')))).toRejectCode('signature_invalid');
    expect(await stateOf(house, id)).toBe('quorate');
  });

  test('a second signature: the first result stands; the same one again is a repeat', async () => {
    await quorum();
    const [first, second] = [await signature(), await signature()];
    await bring(first);
    await house.desk.settled();
    await bring(first);
    await expect(bring(second)).toRejectCode('hold_closed');
    const { bundles } = await house.desk.evidence(TENANT, id);
    expect(bundles).toHaveLength(1);
  });

  test('two different ones at once: one is kept', async () => {
    await quorum();
    const both = [await signature(), await signature()];
    const results = await Promise.allSettled(both.map((s) => bring(s)));
    await house.desk.settled();
    expect(results.filter((r) => r.status === 'fulfilled')).toHaveLength(1);
    expect(await stateOf(house, id)).toBe('signed');
  });

  test('an approval after the quorum', async () => {
    await quorum();
    await expect(decideAs(house, cai, id)).toRejectCode('hold_closed');
  });

  test('a denial after the quorum ends it, and the signature comes too late', async () => {
    await quorum();
    const sig = await signature();
    await decideAs(house, cai, id, { verdict: 'deny' });
    await expect(bring(sig)).toRejectCode('hold_closed');
    expect(verifyEvidence(nodeCrypto, world.trust, await house.desk.evidence(TENANT, id)).outcome).toBe(
      'denied',
    );
  });

  test('a denial and the signature at once: one end, never both', async () => {
    for (let round = 0; round < 8; round++) {
      if (round > 0) id = await held(house, body(`app-${round}`, undefined, { keyId: world.held }));
      await quorum();
      const sig = await signature();
      const denial = await sealedBy(house, cai, id, { verdict: 'deny' });
      await (round % 2 ? race(() => bring(sig), denyBy(denial)) : race(denyBy(denial), () => bring(sig)));
      await house.desk.settled();
      const state = await stateOf(house, id);
      expect(['signed', 'denied']).toContain(state);
      const { outcome } = verifyEvidence(nodeCrypto, world.trust, await house.desk.evidence(TENANT, id));
      expect(outcome).toBe(state);
      expect((await endsOf(house, id)).length).toBe(1);
    }
  });

  test('after an approval lapsed', async () => {
    await quorum();
    const sig = await signature();
    house.clock.now = new Date(house.clock.now.getTime() + 901_000);
    await expect(bring(sig)).toRejectCode('expired');
    expect(await stateOf(house, id)).toBe('expired');
  });

  test('the sweep ends it when an approval lapsed, without an alarm', async () => {
    await quorum();
    house.clock.now = new Date(house.clock.now.getTime() + 901_000);
    await house.desk.sweep();
    await house.desk.settled();
    expect(await stateOf(house, id)).toBe('expired');
    expect((await leavesOf(house)).some((l) => l.record.event === 'alarm')).toBe(false);
  });

  test('the key was revoked since: refused for good', async () => {
    await quorum();
    const sig = await signature();
    const chain = successor(
      world.chain,
      (next) => void (next.keys.find((k) => k.name === world.held)!.state = 'revoked'),
      [ana, cai],
    );
    house = await reopen(house, { chain });
    await house.desk.settled();
    expect(await house.desk.status(TENANT, id, API)).toMatchObject({ state: 'refused', code: 'key_window' });
    await expect(bring(sig)).toRejectCode('hold_closed');
  });
});

test('an officer of the quorum who left before the intent was carried out: refused, with an alarm', async () => {
  await quorum();
  const chain = successor(
    world.chain,
    (next) => void (next.officers[0]!.devices = next.officers[0]!.devices.slice(1)),
    [ben, cai],
  );
  house = await reopen(house, { chain });
  await house.desk.settled();
  expect(await house.desk.status(TENANT, id, API)).toMatchObject({
    state: 'refused',
    code: 'device_unknown',
  });
  expect((await leavesOf(house)).at(-1)!.record).toMatchObject({ event: 'closed', state: 'refused' });
  expect(await house.desk.events(TENANT, 0, 100)).toContainEqual(
    expect.objectContaining({ event: 'alarm', code: 'device_unknown' }),
  );
});

test('a newer directory that changes nothing of it: the signature is made under the newest version', async () => {
  const chain = successor(world.chain, (next) => void (next.officers[3]!.name = 'Daniela'), [ana, cai]);
  await decideAs(house, ana, id);
  house = await reopen(house, { chain });
  await decideAs(house, ben, id);
  await bring(await signature());
  await house.desk.settled();
  const evidence = await house.desk.evidence(TENANT, id);
  expect(verifyEvidence(nodeCrypto, world.trust, evidence)).toMatchObject({
    outcome: 'signed',
    directory: 2,
  });
  expect(evidence.leaves.filter((l) => l.record.event === 'directory')).toHaveLength(2);
});
