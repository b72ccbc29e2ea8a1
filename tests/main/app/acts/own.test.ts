// Acts beside decisions: an HSM, a held key, signing in, enrolling, PINs, the directory; and one act at a time.
import { afterEach, describe, expect, test } from 'vitest';
import { DeviceFault } from '../../../../core/fault/fault.ts';
import type { DirectoryWish } from '../../../../main/app/acts/own-plans.ts';
import { clearDesks, deskFor, PRINTED, type Desk } from '../../../support/acts.ts';
import { FakeSigner } from '../../../support/fake-signer.ts';
import { until } from '../../../support/seat.ts';
import { makeWorld, samplePayload } from '../../../support/world.ts';

afterEach(clearDesks);

const signerNow = () => new FakeSigner(makeWorld());
const ana = (signer = signerNow(), signIn = true) => deskFor(signer, signer.world.people.ana, { signIn });
const keyful = (at: Desk) => at.reviewed({ keys: [at.signer.world.held], findings: [] }, samplePayload());

/** Decides with the virtual key, from opening to the leaf. */
async function approve(at: Desk, id: string, device: string | null = null): Promise<void> {
  await until(() => at.seat.console.queue().some((one) => one.requestId === id), 'the hold');
  await at.acts.openDecide(await at.seat.console.review(id), 'approve');
  at.read();
  await at.begin('approve', '', device);
  await at.at('pin');
  if (device?.endsWith('hsm')) await at.pin('hsm-pin');
  else {
    await at.pin();
    await at.press();
  }
  await at.at('recorded');
}

describe('an HSM', () => {
  test('decides by its PIN where policy lets a PIN count; a wrong one says so and costs one try', async () => {
    const at = await ana();
    const { review } = await keyful(at);
    await at.acts.openDecide(review, 'approve');
    at.read();
    const { devices } = await at.act();
    expect(devices.map(({ device, fault }) => [device, fault])).toEqual([
      ['ana-key', null],
      ['ana-hsm', null],
    ]);
    await at.begin('approve', '', 'ana-hsm');
    expect(await at.at('pin')).toMatchObject({ retries: null, after: null });
    await at.pin('nope-nope');
    expect(await at.at('pin')).toMatchObject({ after: { code: 'pin_invalid' } });
    expect(at.hand.hsm?.tries).toBe(2);
    await at.pin('hsm-pin');
    await at.at('recorded');
    expect(at.hand.hsm?.tries).toBe(2);
    expect(at.shell.pages.filter(({ frame }) => frame === 'virtual-key')).toEqual([]);
  });

  test('where policy wants a touch it is shown with why it does not count', async () => {
    const at = await ana();
    const { review } = await at.reviewed();
    await at.acts.openDecide(review, 'approve');
    at.read();
    const { devices, device } = await at.act();
    expect(device).toBe('ana-key');
    expect(devices[1]).toMatchObject({ device: 'ana-hsm', fault: { code: 'device_presence' } });
    await at.begin('approve', '', 'ana-hsm');
    expect(await at.at('failed')).toMatchObject({
      fault: { code: 'device_presence' },
      sent: false,
      again: true,
    });
    await expect(at.begin('approve', '', 'ben-key')).toRejectCode('device_unknown');
  });

  test('the last wrong PIN blocks it, and no more is asked', async () => {
    const at = await ana();
    const { review } = await keyful(at);
    await at.acts.openDecide(review, 'approve');
    at.read();
    await at.begin('approve', '', 'ana-hsm');
    for (const finalTry of [false, false, true]) {
      expect(await at.at('pin')).toMatchObject({ finalTry });
      await at.pin('nope-nope');
    }
    expect(await at.at('failed')).toMatchObject({ fault: { code: 'pin_blocked' }, again: false });
    await expect(at.begin('approve', '', 'ana-hsm')).toRejectCode('act_phase');
  });
});

describe('a key that the officer holds', () => {
  test('signs after the quorum, as an act of its own; without a PIN nothing is signed', async () => {
    const at = await ana();
    const ben = await deskFor(at.signer, at.signer.world.people.ben);
    const { request, review } = await keyful(at);
    await approve(at, request.id);
    await approve(ben, request.id, 'ben-hsm');
    await until(() => at.seat.console.queue()[0]?.hold.state === 'quorate', 'the quorum');
    await expect(ben.acts.openSignHeld(review)).toRejectCode('key_use');
    await at.acts.openSignHeld(await at.seat.console.review(request.id));
    expect((await at.act()).what).toMatchObject({
      purpose: 'sign-held',
      key: { name: at.signer.world.held, use: 'release', approvalOnly: true, holder: 'ana' },
    });
    await expect(at.begin(null)).toRejectCode('act_early');
    at.read();
    await expect(at.begin('approve')).toRejectCode('act_phase');
    await at.begin(null);
    await at.at('pin');
    expect(at.signer.signatures).toEqual([]);
    await at.page().call('act/cancel', { act: (await at.act()).act });
    expect(await at.at('failed')).toMatchObject({ fault: { code: 'cancelled' } });
    await at.begin(null);
    await at.at('pin');
    await at.pin('hsm-pin');
    await at.at('ended');
    expect(at.signer.signatures).toHaveLength(1);
  });
});

describe('signing in', () => {
  test('by PIN and touch, wrong PIN first; nobody who did not begin it sees a key blink', async () => {
    const at = await ana(signerNow(), false);
    await expect(at.seat.console.signIn()).toRejectCode('cancelled');
    expect(at.shell.pages).toEqual([]);
    await at.acts.openSignIn();
    expect((await at.act()).what).toMatchObject({ purpose: 'sign-in', officer: 'ana' });
    await at.begin(null);
    await at.at('pin');
    await at.pin('wrong-pin');
    expect(await at.at('pin')).toMatchObject({ retries: 7, after: { code: 'pin_invalid' } });
    await at.pin();
    await at.press();
    await at.at('ended');
    expect(at.seat.console.link?.state).toBe('online');
  });

  test.each(['pin', 'touch'] as const)('cancelled while it waits for the %s', async (when) => {
    const at = await ana(signerNow(), false);
    await at.acts.openSignIn();
    await at.begin(null);
    await at.at('pin');
    if (when === 'touch') {
      await at.pin();
      await at.at('touch');
    }
    await at.page().call('act/cancel', { act: (await at.act()).act });
    expect(await at.at('failed')).toMatchObject({ fault: { code: 'cancelled' }, again: true });
    await until(() => at.seat.console.link?.state === 'signed-out', 'the end');
    await at.begin(null);
    await at.at('pin');
    await at.pin();
    await at.press();
    await at.at('ended');
  });

  test("the demo's first one needs no hands, and opens no page; it can sign nothing but a session", async () => {
    const at = await ana(signerNow(), false);
    await at.acts.autoSignIn();
    expect(at.seat.console.link?.state).toBe('online');
    expect(at.shell.pages).toEqual([]);
    const { request, review } = await at.reviewed();
    await expect(
      at.seat.console.authorize(review, { verdict: 'approve', reason: '', device: 'ana-key' }),
    ).toRejectCode('cancelled');
    const during = at.acts.autoSignIn();
    await expect(
      at.seat.console.authorize(review, { verdict: 'approve', reason: '', device: 'ana-key' }),
    ).toRejectCode('cancelled');
    await during;
    expect(at.signer.row(request.id).decisions).toEqual([]);
  });

  test('while a session is signed by itself, a decision still asks its officer', async () => {
    const at = await ana(signerNow(), false);
    const auto = at.acts.autoSignIn();
    await auto;
    const { review } = await at.reviewed();
    await at.acts.openDecide(review, 'approve');
    at.read();
    await at.begin('approve');
    await at.at('pin');
    await at.acts.autoSignIn();
    expect((await at.act()).phase.at).toBe('pin');
  });
});

describe('the key itself', () => {
  test('its PIN is changed: wrong first, too short next, then changed; the old one no longer goes', async () => {
    const at = await ana();
    await at.acts.openSetPin(at.key.path);
    expect((await at.act()).what).toMatchObject({ purpose: 'set-pin', change: true, product: 'VIRTUAL key' });
    await at.begin(null);
    expect(await at.at('pin')).toMatchObject({ purpose: 'current', retries: 8 });
    await at.pin('wrong-pin');
    await until(() => JSON.stringify(at.page().sent.at(-1)).includes('"new"'), 'the new one');
    await at.pin('another-pin');
    expect(await at.at('pin')).toMatchObject({
      purpose: 'current',
      retries: 7,
      after: { code: 'pin_invalid' },
    });
    await at.pin();
    await until(() => JSON.stringify(at.page().sent.at(-1)).includes('"new"'), 'the new one');
    await at.pin('abc');
    expect(await at.at('pin')).toMatchObject({ after: { code: 'pin_policy' } });
    await at.pin();
    await until(() => JSON.stringify(at.page().sent.at(-1)).includes('"new"'), 'the new one');
    await at.pin('another-pin');
    await at.at('ended');
    const { review } = await at.reviewed();
    await at.acts.openDecide(review, 'approve');
    at.read();
    await at.begin('approve');
    await at.at('pin');
    await at.pin(PRINTED);
    expect(await at.at('pin')).toMatchObject({ after: { code: 'pin_invalid' } });
  });

  test('a key that is enrolled already is told so, and nothing is drafted', async () => {
    const at = await ana();
    await at.acts.openEnrol(at.key.path, 'second-key');
    await at.begin(null);
    await at.at('pin');
    await at.pin();
    await at.press();
    expect(await at.at('failed')).toMatchObject({ fault: { code: 'credential_excluded' }, sent: false });
    expect(at.enrolled).toEqual([]);
    await expect(at.acts.openEnrol('virtual:none', 'x')).toRejectCode('device_not_found');
    await at.plug(false);
    await expect(at.acts.openSetPin(at.key.path)).toRejectCode('device_not_found');
  });
});

describe('the directory', () => {
  const wish = (sign: DirectoryWish['sign']): DirectoryWish => ({
    version: 2,
    digest: `sha256:${'ab'.repeat(32)}`,
    proposedBy: 'ben',
    changes: [{ code: 'device_added', facts: { officer: 'ben', device: 'ben-second' } }],
    signedBy: ['ben'],
    needed: 2,
    sign,
  });

  test('is signed with a device of the officer, after it was read', async () => {
    const at = await ana();
    const asked: string[] = [];
    await at.acts.openDirectory(wish(async (device) => (asked.push(device), null)));
    await expect(at.begin(null)).toRejectCode('act_early');
    at.read();
    await at.begin(null);
    await at.at('ended');
    expect(asked).toEqual(['ana-key']);
  });

  test('a fault of the device is told; a defect is told as one, and reported', async () => {
    const at = await ana();
    const thrown: Error[] = [new DeviceFault('touch_denied'), new TypeError('oops')];
    await at.acts.openDirectory(
      wish(async () => {
        throw thrown.shift() ?? new Error('asked too often');
      }),
    );
    at.read();
    await at.begin(null);
    expect(await at.at('failed')).toMatchObject({ fault: { code: 'touch_denied' }, again: true });
    await at.begin(null);
    await until(() => at.defects.length === 1, 'the report');
    expect(await at.at('failed')).toMatchObject({ fault: { code: 'internal' }, again: false });
  });
});

describe('one at a time', () => {
  test('another act is refused while one is open; the same one comes to the front; a finished one makes room', async () => {
    const at = await ana();
    const one = await at.reviewed();
    const two = await at.reviewed();
    await at.acts.openDecide(one.review, 'approve');
    const page = at.page();
    await at.acts.openDecide(one.review, 'deny');
    expect(page.focused).toBe(1);
    await expect(at.acts.openDecide(two.review, 'approve')).toRejectCode('act_open');
    await expect(at.acts.openSignIn()).toRejectCode('act_open');
    await page.call('act/close', { act: (await at.act()).act });
    await expect(page.call('act/begin', { act: 'x', verdict: null, reason: '', device: null })).toRejectCode(
      'act_over',
    );
    await Promise.all([
      at.acts.openDecide(two.review, 'approve'),
      expect(at.acts.openDecide(one.review, 'approve')).toRejectCode('act_open'),
    ]);
    expect(at.shell.pages.filter(({ isClosed }) => !isClosed)).toHaveLength(1);
  });

  test('a page that cannot be opened leaves nothing behind', async () => {
    const at = await ana();
    const { review } = await at.reviewed();
    at.shell.before = () => {
      throw new Error('no display');
    };
    await expect(at.acts.openDecide(review, 'approve')).rejects.toThrow('no display');
    at.shell.before = () => undefined;
    await at.acts.openDecide(review, 'approve');
    expect(at.shell.pages).toHaveLength(1);
  });
});

describe('a virtual key on the desk', () => {
  test('is pressed only while it blinks, shows its PIN, and stays out through a new driver', async () => {
    const at = await ana();
    await at.keys.show('ana-key');
    const page = at.shell.page('virtual-key');
    const shown = () => page.call('virtual-key/read', {});
    expect(await shown()).toMatchObject({
      printedPin: PRINTED,
      plugged: true,
      waiting: false,
      officer: 'ana',
    });
    await expect(page.call('virtual-key/press', {})).toRejectCode('act_phase');
    await page.call('virtual-key/plug', { plugged: false });
    await page.call('virtual-key/plug', { plugged: false });
    await expect(page.call('virtual-key/press', {})).toRejectCode('act_phase');
    process.kill(at.driver()?.pid ?? 0, 'SIGKILL');
    await at.driver()?.exited;
    expect((await at.seat.console.devices()).filter(({ kind }) => kind === 'security-key')).toEqual([]);
    await page.call('virtual-key/plug', { plugged: true });
    expect(await shown()).toMatchObject({ plugged: true });
    expect((await at.seat.console.devices()).filter(({ kind }) => kind === 'security-key')).toHaveLength(1);
    page.close();
    await page.closed;
    await at.keys.show(at.key.path);
    expect(at.shell.page('virtual-key')).not.toBe(page);
  });
});
