// kill -9 between each two steps from a decision to a signature: afterwards exactly one result, and it verifies.
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { pae } from '../../../core/dsse/pae.ts';
import { keyId } from '../../../core/key/keyid.ts';
import { verifyEvidence } from '../../../core/verify/evidence.ts';
import { nodeCrypto } from '../../../ports/crypto.ts';
import type { Step } from '../../../signer/desk/context.ts';
import { TENANT, type World } from '../../support/world.ts';
import { dieAt, worldOnDisk } from './dying.ts';
import {
  API,
  body,
  decideAs,
  held,
  holdOf,
  leavesOf,
  openHouse,
  seatOf,
  sealedBy,
  stateOf,
  type House,
} from './house.ts';

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

const open = () => openHouse(world, { dir: join(dir, 'store') });

/** Runs the child until it kills itself; resolves with the signal that ended it. */
async function run(step: Step, act: object): Promise<string | null> {
  await house.close();
  const signal = await dieAt(dir, step, act);
  house = await open();
  await house.desk.settled();
  return signal;
}

async function expectOneResult(id: string) {
  expect(await stateOf(house, id)).toBe('signed');
  const events = (await leavesOf(house)).flatMap((l) =>
    'requestId' in l.record && l.record.requestId === id ? [l.record.event] : [],
  );
  for (const event of ['held', 'intent', 'signed', 'approved'])
    expect(events.filter((e) => e === event)).toHaveLength(1);
  expect(events).not.toContain('alarm');
  const evidence = await house.desk.evidence(TENANT, id);
  expect(evidence.bundles).toHaveLength(1);
  expect(verifyEvidence(nodeCrypto, world.trust, evidence).outcome).toBe('signed');
  const { result } = await house.desk.status(TENANT, id, API);
  expect(result!.bundle).toEqual(evidence.bundles[0]);
  return result;
}

const steps: Step[] = ['decided', 'checked', 'intent', 'signature', 'approval', 'finished'];

describe.each(steps)('killed after %s', (step) => {
  test('the next start finishes it, once; the decision sent again gets its leaf', async () => {
    const id = await held(house);
    const { ana } = world.people;
    const sealed = await sealedBy(house, ana, id);
    expect(await run(step, { seat: seatOf(ana), sealed })).toBe('SIGKILL');
    const result = await expectOneResult(id);
    const again = await house.desk.decide(seatOf(ana), sealed);
    expect(again.leaf.record).toMatchObject({ event: 'decided', challenge: sealed.decision.challenge });
    await house.close();
    house = await open();
    await house.desk.settled();
    expect(await expectOneResult(id)).toEqual(result);
  });
});

describe.each(['signature', 'approval', 'finished'] satisfies Step[])(
  "killed after %s of an officer's own signature",
  (step) => {
    test('the signature that was brought is the one that stands', async () => {
      const { ana, ben } = world.people;
      const id = await held(house, body('app.tgz', undefined, { keyId: world.held }));
      await decideAs(house, ana, id);
      await decideAs(house, ben, id);
      const { hold, payload } = await holdOf(house, id);
      const key = world.keys[world.held]!;
      const sig = Buffer.from(key.sign(pae(hold.request.payloadType, payload)));
      const signature = { requestId: id, keyid: keyId(nodeCrypto, key.key), sig: sig.toString('base64') };
      expect(await run(step, { seat: seatOf(ana), signature })).toBe('SIGKILL');
      const result = await expectOneResult(id);
      expect(result!.envelope!.signatures[0]!.sig).toBe(signature.sig);
      await house.desk.officerSignature(seatOf(ana), id, signature.keyid, sig);
    });
  },
);

test('killed between the quorum and the holder: the intent stands once and the holder signs after the restart', async () => {
  const { ana, ben } = world.people;
  const id = await held(house, body('app.tgz', undefined, { keyId: world.held }));
  await decideAs(house, ana, id);
  const sealed = await sealedBy(house, ben, id);
  expect(await run('intent', { seat: seatOf(ben), sealed })).toBe('SIGKILL');
  expect(await stateOf(house, id)).toBe('quorate');
  const { hold, payload } = await holdOf(house, id);
  const key = world.keys[world.held]!;
  await house.desk.officerSignature(
    seatOf(ana),
    id,
    keyId(nodeCrypto, key.key),
    key.sign(pae(hold.request.payloadType, payload)),
  );
  await house.desk.settled();
  await expectOneResult(id);
});
