// The act that suspends a key, over a real driver with a virtual key: a reason, the PIN, the touch; and nothing without each of them.
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { Refusal } from '../../../../core/fault/fault.ts';
import type { SealedSuspension } from '../../../../core/decision/suspension.ts';
import { verifySuspension } from '../../../../core/decision/suspension.ts';
import { nodeCrypto } from '../../../../ports/crypto.ts';
import { clearDesks, deskFor, journal, type Desk } from '../../../support/acts.ts';
import { FakeSigner } from '../../../support/fake-signer.ts';
import { published, suspendIn, withPublished } from '../../../support/suspension.ts';
import { makeWorld } from '../../../support/world.ts';

const KEY = 'file:release';
const world = makeWorld();
const sits: Desk[] = [];
afterEach(async () => {
  for (const at of sits.splice(0)) await at.close();
});
afterAll(clearDesks);

/** ana in front of a Signer that carries orders out, or refuses them. */
async function ana(refusal?: Refusal): Promise<Desk & { readonly orders: SealedSuspension[] }> {
  const signer = new FakeSigner(world);
  const at = await deskFor(signer, world.people.ana);
  sits.push(at);
  const orders: SealedSuspension[] = [];
  at.seat.link.twist = {
    suspendKey: async (sealed: SealedSuspension) => {
      if (refusal) throw refusal;
      orders.push(sealed);
    },
    fetchChain: async () =>
      withPublished(
        world.chain,
        ...orders.map((one) => published(signer.log, one, suspendIn(signer.log, one))),
      ),
  };
  return Object.assign(at, { orders });
}

async function opened(at: Desk): Promise<void> {
  await at.acts.openSuspend(KEY);
  at.read();
}

describe('suspending a key', () => {
  test('says what it is; with a reason, PIN and touch it is ordered, verified, and over', async () => {
    const at = await ana();
    await at.acts.openSuspend(KEY);
    expect((await at.act()).what).toMatchObject({ purpose: 'suspend', key: KEY, officer: 'ana' });
    await expect(at.begin(null, 'seen on a share')).toRejectCode('act_early');
    at.read();
    await at.begin(null, '  seen on a share ');
    await at.at('pin');
    await at.pin();
    await at.press();
    await at.at('ended');
    const [sealed] = at.orders;
    expect(sealed?.suspension).toMatchObject({ key: KEY, reason: 'seen on a share', machine: 'ana-machine' });
    verifySuspension(nodeCrypto, world.pin, world.directory, sealed!);
    expect(journal(at).filter((event) => event.includes('suspen'))).toEqual([
      'suspension-intent',
      'suspension-outcome',
      'key-suspended',
      'suspension-ended',
    ]);
  });

  test('without a reason, or with a verdict, it does not begin', async () => {
    const at = await ana();
    await opened(at);
    await expect(at.begin(null, '   ')).toRejectCode('reason_missing');
    await expect(at.begin('approve', 'x')).toRejectCode('act_phase');
    expect(at.orders).toEqual([]);
  });

  test('a wrong PIN asks again; the right one goes on', async () => {
    const at = await ana();
    await opened(at);
    await at.begin(null, 'x');
    await at.at('pin');
    await at.pin('0000-0000');
    expect(await at.at('pin')).toBeDefined();
    await at.pin();
    await at.press();
    await at.at('ended');
    expect(at.orders).toHaveLength(1);
  });

  test('cancelled at the touch, nothing was sent', async () => {
    const at = await ana();
    await opened(at);
    await at.begin(null, 'x');
    await at.at('pin');
    await at.pin();
    await at.at('touch');
    await at.page().call('act/cancel', { act: (await at.act()).act });
    expect(await at.at('failed')).toMatchObject({ fault: { code: 'cancelled' }, sent: false, again: true });
    expect(at.orders).toEqual([]);
  });

  test("the Signer's refusal is told", async () => {
    const at = await ana(new Refusal('suspension_invalid', 'officer_unknown'));
    await opened(at);
    await at.begin(null, 'x');
    await at.at('pin');
    await at.pin();
    await at.press();
    expect(await at.at('failed')).toMatchObject({ fault: { code: 'suspension_invalid' } });
  });

  test('of a key that is none of the release keys does not open', async () => {
    const at = await ana();
    await expect(at.acts.openSuspend('file:log')).toRejectCode('key_use');
    await expect(at.acts.openSuspend('file:none')).toRejectCode('key_unknown');
  });
});
