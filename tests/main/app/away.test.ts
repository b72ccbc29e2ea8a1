// Decisions that could not leave at once: they wait, leave late or never, and make room for a denial.
import { describe, expect, test } from 'vitest';
import { Refusal, WireFault } from '../../../core/fault/fault.ts';
import { FakeSigner } from '../../support/fake-signer.ts';
import { seatAt, until } from '../../support/seat.ts';
import { makeWorld, samplePayload } from '../../support/world.ts';

const approving = (device: string) => ({ verdict: 'approve' as const, reason: '', device });
const denying = (device: string) => ({ verdict: 'deny' as const, reason: 'not ours', device });

async function reviewed(
  signer: FakeSigner,
  seat: Awaited<ReturnType<typeof seatAt>>,
  payload = samplePayload(),
  overrides = {},
) {
  const request = signer.hold(payload, overrides);
  await until(() => seat.console.queue().some((q) => q.requestId === request.id), 'the hold');
  return { request, review: await seat.console.review(request.id) };
}

describe('away and late', () => {
  test('an approval waits while the Signer is away and leaves when it is back', async () => {
    const signer = new FakeSigner(makeWorld());
    const seat = await seatAt(signer, signer.world.people.ana);
    const { request, review } = await reviewed(signer, seat);
    seat.link.twist = { decide: () => Promise.reject(new WireFault('timed_out')) };
    const { delivery } = await seat.console.authorize(review, approving('ana-key'));
    expect(delivery.state).toBe('waiting');
    expect(seat.console.outbox()).toHaveLength(1);
    seat.link.twist = {};
    await seat.console.deliver();
    expect(seat.console.outbox()).toEqual([]);
    expect(signer.row(request.id).decisions).toHaveLength(1);
    await seat.console.close();
  });

  test('asked again while it waits, it is the same decision and no second touch', async () => {
    const signer = new FakeSigner(makeWorld());
    const seat = await seatAt(signer, signer.world.people.ana);
    const { request, review } = await reviewed(signer, seat);
    seat.link.twist = { decide: () => Promise.reject(new WireFault('timed_out')) };
    const first = await seat.console.authorize(review, approving('ana-key'));
    const touches = seat.hand.touches;
    seat.link.twist = {};
    const second = await seat.console.authorize(review, approving('ana-key'));
    expect(second.decided.sealed).toEqual(first.decided.sealed);
    expect(seat.hand.touches).toBe(touches);
    expect(signer.row(request.id).decisions).toHaveLength(1);
    await seat.console.close();
  });

  test('an approval that lay too long is never sent; a denial always is', async () => {
    for (const verdict of ['approve', 'deny'] as const) {
      const signer = new FakeSigner(makeWorld());
      const seat = await seatAt(signer, signer.world.people.ana);
      const { request, review } = await reviewed(signer, seat);
      seat.link.twist = { decide: () => Promise.reject(new WireFault('timed_out')) };
      await seat.console.authorize(review, { verdict, reason: 'x', device: 'ana-key' });
      seat.link.twist = {};
      seat.clock.now = new Date(seat.clock.now.getTime() + 301_000);
      await seat.console.deliver();
      expect(signer.row(request.id).decisions).toHaveLength(verdict === 'deny' ? 1 : 0);
      const last = seat.console.journal.records().at(-1)?.entry;
      if (verdict === 'approve')
        expect(last).toMatchObject({ event: 'not-sent', code: 'expired', earlier: true });
      else expect(last?.event).toBe('evidenced');
      expect(seat.console.outbox()).toEqual([]);
      await seat.console.close();
    }
  });

  test('a clock that went back counts as too late', async () => {
    const signer = new FakeSigner(makeWorld());
    const seat = await seatAt(signer, signer.world.people.ana);
    const { request, review } = await reviewed(signer, seat);
    seat.link.twist = { decide: () => Promise.reject(new WireFault('timed_out')) };
    await seat.console.authorize(review, approving('ana-key'));
    seat.link.twist = {};
    seat.clock.now = new Date(seat.clock.now.getTime() - 1000);
    await seat.console.deliver();
    expect(signer.row(request.id).decisions).toEqual([]);
    await seat.console.close();
  });

  test('an approval whose hold has closed is journalled as not sent', async () => {
    const signer = new FakeSigner(makeWorld());
    const seat = await seatAt(signer, signer.world.people.ana);
    const { request, review } = await reviewed(signer, seat);
    seat.link.twist = { decide: () => Promise.reject(new WireFault('timed_out')) };
    await seat.console.authorize(review, approving('ana-key'));
    seat.link.twist = {};
    signer.row(request.id).state = 'withdrawn';
    signer.tell(request.id);
    await until(() => seat.console.outbox().length === 0, 'the end of the entry');
    expect(seat.console.journal.records().at(-1)?.entry).toMatchObject({
      event: 'not-sent',
      code: 'hold_closed',
    });
    await seat.console.close();
  });

  test('a denial takes the place of an approval that has not left', async () => {
    const signer = new FakeSigner(makeWorld());
    const seat = await seatAt(signer, signer.world.people.ana);
    const { request, review } = await reviewed(signer, seat);
    seat.link.twist = { decide: () => Promise.reject(new WireFault('timed_out')) };
    await seat.console.authorize(review, approving('ana-key'));
    seat.link.twist = {};
    expect((await seat.console.authorize(review, denying('ana-key'))).delivery.state).toBe('evidenced');
    expect(signer.row(request.id).decisions.map((s) => s.decision.verdict)).toEqual(['deny']);
    expect(signer.alarms).toEqual([]);
    await seat.console.close();
  });

  test('a refusal of the Signer ends it and says why', async () => {
    const signer = new FakeSigner(makeWorld());
    const seat = await seatAt(signer, signer.world.people.ana);
    const { review } = await reviewed(signer, seat);
    seat.link.twist = { decide: () => Promise.reject(new Refusal('suspended')) };
    const { delivery } = await seat.console.authorize(review, approving('ana-key'));
    expect(delivery).toMatchObject({ state: 'withheld', code: 'suspended' });
    expect(seat.console.outbox()).toEqual([]);
    await seat.console.close();
  });
});
