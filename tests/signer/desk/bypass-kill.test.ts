// kill -9 while a grant comes into force and while it is spent: one grant, and one signature for each that was spent.
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { verifySpend } from '../../../core/verify/spend.ts';
import { nodeCrypto } from '../../../ports/crypto.ts';
import type { Step } from '../../../signer/desk/context.ts';
import { TENANT, type World } from '../../support/world.ts';
import { dieAt, worldOnDisk } from './dying.ts';
import { bypass, grantNow, granted, raised, sign } from './grant-support.ts';
import {
  TRUSTED,
  body,
  caller,
  decideAs,
  leavesOf,
  openHouse,
  sealedBy,
  seatOf,
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

async function open(): Promise<House> {
  const opened = await openHouse(world, { dir: join(dir, 'store') });
  opened.gates.poe = 'unavailable';
  return opened;
}

async function run(step: Step, act: object): Promise<string | null> {
  await house.close();
  const signal = await dieAt(dir, step, act);
  house = await open();
  await house.desk.settled();
  return signal;
}

const eventsOf = async (of: string) =>
  (await leavesOf(house)).flatMap(({ record }) =>
    'grant' in record && record.grant === of ? [record.event] : [],
  );

describe.each(['decided', 'checked', 'intent', 'signature', 'approval', 'finished'] satisfies Step[])(
  'killed after %s of the last approval',
  (step) => {
    test('the grant comes into force once', async () => {
      const { ana, ben } = world.people;
      const id = await raised(house);
      await decideAs(house, ana, id);
      const sealed = await sealedBy(house, ben, id);
      expect(await run(step, { seat: seatOf(ben), sealed })).toBe('SIGKILL');
      expect(await stateOf(house, id)).toBe('signed');
      const [grant, ...more] = await house.desk.grants(TENANT);
      expect(more).toEqual([]);
      expect(grant).toMatchObject({ requestId: id, state: 'live', used: 0 });
      expect(await eventsOf(grant!.id)).toEqual(['granted']);
      expect((await sign(house)).grant?.id).toBe(grant!.id);
    });
  },
);

describe.each(['made', 'spent'] satisfies Step[])('killed after %s', (step) => {
  test.each([1, 2])('the same key asked again has one signature, of a count of %i', async (count) => {
    const { ana, ben } = world.people;
    const grant = await granted(house, [ana, ben], bypass({ count }));
    const submit = { caller: caller(), body: body('app.tgz', TRUSTED), key: 'the-key' };
    expect(await run(step, { seat: seatOf(ana), submit })).toBe('SIGKILL');
    const before = (await grantNow(house, grant.id)).used;
    expect(before).toBe(step === 'spent' ? 1 : 0);
    const answer = await sign(house, 'app.tgz', 'the-key');
    expect(await sign(house, 'app.tgz', 'the-key')).toEqual(answer);
    expect((await grantNow(house, grant.id)).used).toBe(1);
    expect((await eventsOf(grant.id)).filter((event) => event === 'spent')).toHaveLength(1);
    const evidence = await house.desk.spendEvidence(TENANT, answer.evidence.split('/').at(-2)!);
    expect(verifySpend(nodeCrypto, world.trust, evidence).ordinal).toBe(1);
    expect(evidence.bundle).toEqual(answer.bundle);
    if (count === 1) await expect(sign(house, 'b')).toRejectCode('poe_unavailable');
  });
});
