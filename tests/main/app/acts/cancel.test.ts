// An act that is given up, or whose key is pulled out: one true sentence, nothing sent, and it can be begun again.
import { afterEach, describe, expect, test } from 'vitest';
import { begun, clearDesks, decisions, deskFor, journal, lastAct, type Desk } from '../../../support/acts.ts';
import { FakeSigner } from '../../../support/fake-signer.ts';
import { until } from '../../../support/seat.ts';
import { makeWorld } from '../../../support/world.ts';

afterEach(clearDesks);

async function desk(): Promise<Desk> {
  const signer = new FakeSigner(makeWorld());
  return deskFor(signer, signer.world.people.ana);
}

describe('cancelling', () => {
  const cancel = async (at: Desk) => at.page().call('act/cancel', { act: (await at.act()).act });

  test('before it was begun closes the page', async () => {
    const at = await desk();
    const { review } = await at.reviewed();
    await at.acts.openDecide(review, 'approve');
    const page = at.page();
    await cancel(at);
    expect(page.isClosed).toBe(true);
  });

  test.each(['pin', 'touch'] as const)(
    'while it waits for the %s: one true sentence, then again',
    async (when) => {
      const at = await desk();
      const { request } = await begun(at);
      await at.at('pin');
      if (when === 'touch') {
        await at.pin();
        await at.at('touch');
      }
      await cancel(at);
      expect(await at.at('failed')).toEqual({
        at: 'failed',
        fault: { code: 'cancelled', detail: expect.any(String) },
        sent: false,
        again: true,
      });
      await expect(cancel(at)).toRejectCode('act_phase');
      expect(decisions(at, request.id)).toEqual([]);
      expect(await at.tries()).toBe(8);
      await at.begin('approve');
      await at.at('pin');
      await at.pin();
      await at.press();
      await at.at('recorded');
      expect(journal(at).filter((event) => event === 'intent')).toHaveLength(1);
    },
  );

  test('while the Signer is asked for a challenge, and while the device thinks', async () => {
    const at = await desk();
    let answer: (challenge: string) => void = () => undefined;
    at.seat.link.twist = {
      challengeFor: () =>
        new Promise((resolve) => {
          answer = resolve;
        }),
    };
    const { request } = await begun(at);
    await at.at('connecting');
    await cancel(at);
    await at.at('stopping');
    answer(at.signer.challenge('ana', request.id));
    expect(await at.at('failed')).toMatchObject({ fault: { code: 'cancelled' } });
    at.seat.link.twist = {};
    await at.begin('approve');
    await at.at('pin');
    await at.pin();
    await cancel(at);
    expect(await at.at('failed')).toMatchObject({ fault: { code: 'cancelled' }, sent: false });
    expect(decisions(at, request.id)).toEqual([]);
    expect(journal(at)).not.toContain('outcome');
  });

  test('after the outcome is durable it is refused, and the decision is recorded', async () => {
    const at = await desk();
    let go: () => void = () => undefined;
    const { request } = await begun(at);
    const held = new Promise<void>((resolve) => {
      go = resolve;
    });
    at.seat.link.twist = { decide: (sealed) => held.then(() => at.signer.decide(sealed)) };
    await at.at('pin');
    await at.pin();
    await at.press();
    await at.at('sending');
    await expect(cancel(at)).toRejectCode('act_kept');
    go();
    await at.at('recorded');
    expect(decisions(at, request.id)).toHaveLength(1);
  });

  test('closing the page is cancelling: the device is let go', async () => {
    const at = await desk();
    const { request } = await begun(at);
    await at.at('pin');
    await at.pin();
    await at.at('touch');
    at.page().close();
    await until(() => journal(at).includes('failed'), 'the end');
    expect(decisions(at, request.id)).toEqual([]);
    expect(await at.tries()).toBe(8);
  });
});

describe('the key is pulled out', () => {
  test.each(['pin', 'touch'] as const)('while it waits for the %s: nothing was sent', async (when) => {
    const at = await desk();
    const { request } = await begun(at);
    await at.at('pin');
    if (when === 'touch') {
      await at.pin();
      await at.at('touch');
    }
    await at.plug(false); // nobody types or presses anything any more: it is noticed by itself
    expect(await at.at('failed')).toMatchObject({
      fault: { code: 'device_gone' },
      sent: false,
      again: true,
    });
    expect(decisions(at, request.id)).toEqual([]);
    expect(lastAct(at).devices[0]).toMatchObject({ present: false, fault: { code: 'device_not_found' } });
    await expect(at.pin()).toRejectCode('act_phase');
    await at.begin('approve');
    expect(await at.at('failed')).toMatchObject({ fault: { code: 'device_not_found' } });
    await at.plug(true);
    await at.begin('approve');
    await at.at('pin');
    await at.pin();
    await at.press();
    await at.at('recorded');
    expect(decisions(at, request.id)).toHaveLength(1);
  });

  test('while the PIN is typed: what is typed then is zeroed and goes nowhere, and costs no try', async () => {
    const at = await desk();
    await begun(at);
    await at.at('pin');
    const bytes = new Uint8Array(Buffer.from('wrong-pin'));
    await at.plug(false);
    await at.at('failed');
    const typed = at.page().call('act/pin', { act: (await at.act()).act, bytes });
    await expect(typed).toRejectCode('act_phase');
    expect(bytes.every((byte) => byte === 0)).toBe(true);
    await at.plug(true);
    await until(() => lastAct(at).devices[0]?.present === true, 'the key, back by itself');
    expect(lastAct(at)).toMatchObject({ device: 'ana-key', phase: { at: 'failed', again: true } });
    expect(await at.tries()).toBe(8);
  });

  test('and another device is chosen instead', async () => {
    const at = await desk();
    const keyful = { keys: [at.signer.world.held], findings: [] };
    const { request, review } = await at.reviewed(keyful);
    await at.acts.openDecide(review, 'approve');
    at.read();
    await at.begin('approve', '', 'ana-key');
    await at.at('pin');
    await at.plug(false);
    await at.at('failed');
    await at.begin('approve', '', 'ana-hsm');
    await at.at('pin');
    await at.pin('hsm-pin');
    await at.at('recorded');
    expect(decisions(at, request.id)).toHaveLength(1);
  });

  test('an HSM whose token goes away while its PIN is asked for', async () => {
    const at = await desk();
    const { request, review } = await at.reviewed({ keys: [at.signer.world.held], findings: [] });
    await at.acts.openDecide(review, 'approve');
    at.read();
    await at.begin('approve', '', 'ana-hsm');
    await at.at('pin');
    at.hand.tokensGone = true;
    expect(await at.at('failed')).toMatchObject({ fault: { code: 'device_gone' }, sent: false, again: true });
    expect(decisions(at, request.id)).toEqual([]);
    expect(at.hand.hsm?.tries).toBe(3);
    at.hand.tokensGone = false;
    await at.begin('approve', '', 'ana-hsm');
    await at.at('pin');
    await at.pin('hsm-pin');
    await at.at('recorded');
  });

  test('the driver dies: one sentence, and the next try finds a new one', async () => {
    const at = await desk();
    const { request } = await begun(at);
    await at.at('pin');
    process.kill(at.driver()?.pid ?? 0, 'SIGKILL');
    expect(await at.at('failed')).toMatchObject({
      fault: { code: 'driver_exited' },
      sent: false,
      again: true,
    });
    await at.begin('approve');
    await at.at('pin');
    await at.pin();
    await at.press();
    await at.at('recorded');
    expect(decisions(at, request.id)).toHaveLength(1);
  });
});
