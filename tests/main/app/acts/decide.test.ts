// An officer decides, with a virtual key in a driver process: each phase true, each try counted, and nothing sent that should not be.
import { afterEach, describe, expect, test } from 'vitest';
import { WireFault } from '../../../../core/fault/fault.ts';
import { begun, clearDesks, decisions, deskFor, journal, lastAct, type Desk } from '../../../support/acts.ts';
import { FakeSigner } from '../../../support/fake-signer.ts';
import { until } from '../../../support/seat.ts';
import { makeWorld, samplePayload } from '../../../support/world.ts';

afterEach(clearDesks);

async function desk(): Promise<Desk> {
  const signer = new FakeSigner(makeWorld());
  return deskFor(signer, signer.world.people.ana);
}

describe('a decision', () => {
  test('approve: connecting, looking, PIN, touch, sending, recorded; the PIN is zeroed', async () => {
    const at = await desk();
    const { request } = await begun(at);
    expect(await at.at('pin')).toMatchObject({
      purpose: 'current',
      retries: 8,
      finalTry: false,
      after: null,
    });
    const bytes = await at.pin();
    const touch = await at.at('touch');
    expect(touch).toMatchObject({ at: 'touch', virtual: true, step: null });
    await at.press();
    const recorded = await at.at('recorded');
    expect(recorded).toMatchObject({ leaf: 2, missing: 0, witnesses: [] });
    expect(recorded.size).toBeGreaterThanOrEqual(3);
    await until(() => bytes.every((byte) => byte === 0), 'the zeroing');
    const phases = at.page().sent.map(({ value }) => (value as { phase: { at: string } }).phase.at);
    expect(phases.filter((one, i) => one !== phases[i - 1])).toEqual([
      'connecting',
      'looking',
      'pin',
      'processing',
      'touch',
      'processing',
      'sending',
      'recorded',
    ]);
    expect(at.signer.row(request.id).state).toBe('signed');
    expect(decisions(at, request.id)).toHaveLength(1);
    expect(at.page().options).toMatchObject({ protected: true, title: 'Authorize' });
    expect(at.defects).toEqual([]);
  });

  test('deny with a reason; without one it is not begun, and can be written then', async () => {
    const at = await desk();
    const { request, review } = await at.reviewed();
    await at.acts.openDecide(review, 'deny');
    at.read();
    await expect(at.begin('deny', '  ')).toRejectCode('reason_missing');
    expect((await at.act()).phase.at).toBe('reading');
    await at.begin('deny', 'not our build');
    await at.at('pin');
    await at.pin();
    await at.press();
    expect(await at.at('recorded')).toMatchObject({ missing: null });
    expect(at.signer.row(request.id).state).toBe('denied');
    expect(decisions(at, request.id)[0]?.decision).toMatchObject({
      verdict: 'deny',
      reason: 'not our build',
    });
  });

  test('before a moment has passed nobody can have read it', async () => {
    const at = await desk();
    const { review } = await at.reviewed();
    await at.acts.openDecide(review, 'approve');
    await expect(at.begin('approve')).toRejectCode('act_early');
    at.seat.clock.now = new Date(at.seat.clock.now.getTime() + 1499);
    await expect(at.begin('approve')).toRejectCode('act_early');
    at.seat.clock.now = new Date(at.seat.clock.now.getTime() + 1);
    await at.begin('approve');
    await at.at('pin');
  });

  test('what a locked review shows can be denied, and says why it cannot be approved', async () => {
    const at = await desk();
    const { request, review } = await at.reviewed({ kind: 'emergency-bypass' });
    expect(review.stage).toBe('locked');
    await at.acts.openDecide(review, 'approve');
    at.read();
    const { what } = await at.act();
    expect(what.purpose === 'decide' && what.about.locks.map(({ code }) => code)).toContain(
      'request_differs',
    );
    await at.begin('approve');
    expect(await at.at('failed')).toMatchObject({ fault: { code: 'request_differs' }, sent: false });
    expect(decisions(at, request.id)).toEqual([]);
  });
});

describe('a wait', () => {
  /** Milliseconds from now, by the Console's clock, that the page was told. */
  const left = (at: Desk, until: string | null) => Date.parse(until ?? '') - at.seat.clock.now.getTime();

  test('tells when it ends: with the call, or with the virtual key where that is sooner', async () => {
    const at = await desk();
    await begun(at);
    const pin = await at.at('pin');
    expect(left(at, pin.until)).toBeLessThanOrEqual(120_000);
    expect(left(at, pin.until)).toBeGreaterThan(100_000);
    await at.pin();
    await until(() => {
      const { phase } = lastAct(at);
      return phase.at === 'touch' && left(at, phase.until) <= 60_000;
    }, 'what the virtual key says');
    expect(left(at, (await at.at('touch')).until)).toBeGreaterThan(55_000);
    await at.press();
    await at.at('recorded');
  });
});

describe('pressed twice', () => {
  test('approve is one act, and no refusal; anything else while it runs is one', async () => {
    const at = await desk();
    const { request } = await begun(at);
    await at.begin('approve');
    await at.at('pin');
    await at.begin('approve');
    await expect(at.begin('deny', 'no')).toRejectCode('act_phase');
    expect((await at.act()).phase.at).toBe('pin');
    await at.pin();
    await at.press();
    await at.begin('approve');
    await at.at('recorded');
    await expect(at.begin('approve')).toRejectCode('act_phase');
    expect(decisions(at, request.id)).toHaveLength(1);
    expect(journal(at).filter((event) => event === 'intent')).toHaveLength(1);
  });
});

describe('the keys', () => {
  test('are told by what the directory says of them', async () => {
    const at = await desk();
    const { request, review } = await at.reviewed();
    await at.acts.openDecide(review, 'approve');
    const { what } = await at.act();
    const [name] = request.keys;
    const row = at.seat.console.trusted()?.latest.keys.find((key) => key.name === name);
    expect(what.purpose === 'decide' && what.about.keys).toEqual([
      expect.objectContaining({ name, use: 'release', approvalOnly: row?.approvalOnly, place: 'file' }),
    ]);
  });
});

describe('the PIN', () => {
  test('wrong, then right: each submission costs exactly one try, and asking again costs none', async () => {
    const at = await desk();
    await begun(at);
    await at.at('pin');
    const wrong = await at.pin('wrong-pin');
    const asked = await at.at('pin');
    expect(asked).toMatchObject({ retries: 7, after: { code: 'pin_invalid' } });
    expect(wrong.every((byte) => byte === 0)).toBe(true);
    await at.pin();
    await at.press();
    await at.at('recorded');
    expect(await at.tries()).toBe(8);
    expect(journal(at).filter((event) => event === 'intent')).toHaveLength(1);
    expect(journal(at).filter((event) => event === 'failed')).toHaveLength(1);
  });

  test('too short is refused before the device sees it: no try is spent', async () => {
    const at = await desk();
    await begun(at);
    await at.at('pin');
    await at.pin('abc');
    expect(await at.at('pin')).toMatchObject({ retries: 8, after: { code: 'pin_policy' } });
  });

  test('three wrong ones block it until it is pulled out; then the right one goes', async () => {
    const at = await desk();
    const { request } = await begun(at);
    for (const retries of [8, 7, 6]) {
      expect(await at.at('pin')).toMatchObject({ retries });
      await at.pin('wrong-pin');
    }
    expect(await at.at('failed')).toMatchObject({
      fault: { code: 'pin_auth_blocked' },
      sent: false,
      again: true,
    });
    await at.begin('approve');
    expect(await at.at('failed')).toMatchObject({ fault: { code: 'pin_auth_blocked' } });
    expect(await at.tries()).toBe(5);
    await at.plug(false);
    await at.plug(true);
    await at.begin('approve');
    expect(await at.at('pin')).toMatchObject({ retries: 5 });
    await at.pin();
    await at.press();
    await at.at('recorded');
    expect(decisions(at, request.id)).toHaveLength(1);
  });

  test('nobody asked for, twice, or of another act: refused, and zeroed', async () => {
    const at = await desk();
    const { review } = await at.reviewed();
    await at.acts.openDecide(review, 'approve');
    at.read();
    const early = new Uint8Array([1, 2, 3, 4]);
    const { act } = await at.act();
    await expect(at.page().call('act/pin', { act, bytes: early })).toRejectCode('act_phase');
    await at.begin('approve');
    await at.at('pin');
    const other = new Uint8Array([1, 2, 3, 4]);
    await expect(at.page().call('act/pin', { act: 'other', bytes: other })).toRejectCode('act_over');
    await at.pin();
    const twice = new Uint8Array([1, 2, 3, 4]);
    await expect(at.page().call('act/pin', { act, bytes: twice })).toRejectCode('act_phase');
    for (const bytes of [early, other, twice]) expect([...bytes]).toEqual([0, 0, 0, 0]);
    await at.press();
    await at.at('recorded');
    const late = new Uint8Array([1, 2, 3, 4]);
    await expect(at.page().call('act/pin', { act, bytes: late })).toRejectCode('act_phase');
    expect([...late]).toEqual([0, 0, 0, 0]);
  });
});

describe('the Signer in the middle', () => {
  test('gone after the touch: kept, and recorded when it is back', async () => {
    const at = await desk();
    const { request } = await begun(at);
    at.seat.link.twist = {
      decide: () => Promise.reject(new WireFault('unreachable')),
      ask: () => Promise.reject(new WireFault('unreachable')),
    };
    await at.at('pin');
    await at.pin();
    await at.press();
    expect(await at.at('kept')).toMatchObject({ fault: { code: 'unreachable' } });
    expect(at.seat.console.outbox()).toHaveLength(1);
    at.seat.link.twist = {};
    expect((await at.at('recorded')).leaf).toBe(2);
    expect(decisions(at, request.id)).toHaveLength(1);
    expect(at.seat.console.outbox()).toEqual([]);
  });

  test('withdrawn while it is read, or while the device waits: overtaken, nothing sent', async () => {
    for (const when of ['reading', 'pin', 'touch'] as const) {
      const at = await desk();
      const { request, review } = await at.reviewed();
      await at.acts.openDecide(review, 'approve');
      at.read();
      if (when !== 'reading') {
        await at.begin('approve');
        await at.at('pin');
      }
      if (when === 'touch') {
        await at.pin();
        await at.at('touch');
      }
      at.signer.row(request.id).state = 'withdrawn';
      at.signer.tell(request.id);
      expect(await at.at('overtaken')).toMatchObject({ fault: { code: 'hold_closed' } });
      await expect(at.begin('approve')).toRejectCode('act_phase');
      expect(decisions(at, request.id)).toEqual([]);
      expect(journal(at)).not.toContain('outcome');
      await at.close();
    }
  });

  test('withdrawn after the touch and before it could be sent: overtaken, and it never leaves', async () => {
    const at = await desk();
    const { request } = await begun(at);
    let decided = 0;
    at.seat.link.twist = {
      decide: () => {
        decided += 1;
        return Promise.reject(new WireFault('unreachable'));
      },
      ask: () => Promise.reject(new WireFault('unreachable')),
    };
    await at.at('pin');
    await at.pin();
    await at.press();
    await at.at('kept');
    at.signer.row(request.id).state = 'withdrawn';
    at.seat.link.twist = { ask: () => Promise.resolve(null) };
    at.signer.tell(request.id);
    await until(() => at.seat.console.outbox().length === 0, 'the withholding');
    // It was tried once, so that it may have arrived: then nothing is claimed of what was sent.
    expect(await at.at('failed')).toMatchObject({ fault: { code: 'hold_closed' }, sent: true, again: false });
    expect(decided).toBe(1);
    expect(decisions(at, request.id)).toEqual([]);
  });

  test('changed under the act: overtaken by another request under the same id', async () => {
    const at = await desk();
    const { request, review } = await at.reviewed();
    await at.acts.openDecide(review, 'approve');
    at.read();
    const row = at.signer.row(request.id);
    const changed = { ...row.request, expires: '2026-11-23T13:30:00.000Z' };
    at.signer.rows.set(request.id, { ...row, request: changed });
    at.signer.tell(request.id);
    expect(await at.at('overtaken')).toMatchObject({ fault: { code: 'request_mismatch' } });
    expect(decisions(at, request.id)).toEqual([]);
  });

  test('refused by the Signer after it was sent: says that it was sent', async () => {
    const at = await desk();
    const { request } = await begun(at);
    await at.at('pin');
    await at.pin();
    await at.at('touch');
    at.seat.link.twist = {
      decide: (sealed) => {
        at.signer.row(request.id).state = 'expired';
        return Promise.resolve().then(() => at.signer.decide(sealed));
      },
    };
    await at.press();
    expect(await at.at('failed')).toMatchObject({ fault: { code: 'hold_closed' }, sent: true, again: false });
  });

  test("another officer's decision shows while it is read, and disarms nothing", async () => {
    const at = await desk();
    const { review, request } = await at.reviewed(
      { keys: [at.signer.world.held], findings: [] },
      samplePayload(),
    );
    await at.acts.openDecide(review, 'approve');
    const ben = await deskFor(at.signer, at.signer.world.people.ben);
    await until(() => ben.seat.console.queue().length === 1, 'the hold');
    await ben.acts.openDecide(await ben.seat.console.review(request.id), 'approve');
    ben.read();
    await ben.begin('approve');
    await ben.at('pin');
    await ben.pin();
    await ben.press();
    expect(await ben.at('recorded')).toMatchObject({ missing: 1 });
    await until(() => {
      const value = at.page().sent.at(-1)?.value as { what: { about: { quorum: { given: number } } } };
      return value?.what.about.quorum.given === 1;
    }, 'the voice');
    const { what } = await at.act();
    expect(what.purpose === 'decide' && what.about.quorum).toMatchObject({
      needed: 2,
      given: 1,
      voices: [{ officer: 'ben', verdict: 'approve' }],
    });
  });
});
