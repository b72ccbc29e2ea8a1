// The security-key driver over the contract, in this process: calls, PINs, touches, cancel, select, and bad messages.
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { AskTouch, PinWanted } from '../../contract/driver/messages.ts';
import type { SecurityKeyConfig, TouchPolicy } from '../../contract/driver/security-key.ts';
import { openers } from '../../native/host/openers.ts';
import { serve } from '../../native/host/serve.ts';
import { connectDriver, type CallOptions, type Driver } from '../../ports/driver.ts';
import { PIN, RP, bytesOf, clock, folder, never, random, sha256 } from './devices.ts';
import { portPair, type Wire } from './port-pair.ts';

type Key = Driver<'security-key'>;

async function started(config: SecurityKeyConfig): Promise<{ driver: Key; wire: Wire }> {
  const { near, far, wire } = portPair();
  void serve(far, openers, { clock, random }).then(() => far.kill());
  return { driver: await connectDriver(near, { driver: 'security-key', config }), wire };
}

const device = (path: string, touch: TouchPolicy = 'auto', store = join(folder(), 'k.json')) => ({
  kind: 'virtual' as const,
  path,
  store,
  touch,
});

const options = (more: Partial<CallOptions> = {}): CallOptions => ({ deadlineMs: 5000, ...more });
const enrolment = (path: string) => ({
  path,
  rpId: RP,
  userId: bytesOf('u'),
  userName: 'u',
  clientDataHash: sha256('e'),
});
const withPin = (more: Partial<CallOptions> = {}): CallOptions => options({ pin: bytesOf(PIN), ...more });

async function ready(touch: TouchPolicy = 'auto'): Promise<{ driver: Key; wire: Wire }> {
  const made = await started({ devices: [device('virtual:a', touch)] });
  await made.driver.call('set-pin', { path: 'virtual:a' }, options({ newPin: bytesOf(PIN) }));
  return made;
}

describe('calls', () => {
  test('list, info, wink, enrol, assert, close', async () => {
    const { driver } = await ready();
    expect(await driver.call('list', {}, options())).toEqual({
      devices: [{ path: 'virtual:a', product: 'VIRTUAL security key', virtual: true }],
    });
    const info = await driver.call('info', { path: 'virtual:a' }, options());
    expect(info).toMatchObject({
      pinSet: true,
      pinRetries: 8,
      replugFirst: false,
      minPinLength: 4,
      canWink: true,
      pinProtocols: [2, 1],
    });
    await driver.call('wink', { path: 'virtual:a' }, options());
    const made = await driver.call('make-credential', enrolment('virtual:a'), withPin());
    const allow = [{ id: made.credentialId, publicKey: made.publicKey }];
    const got = await driver.call(
      'get-assertion',
      { path: 'virtual:a', rpId: RP, clientDataHash: random(32), allow },
      withPin(),
    );
    expect(got).toMatchObject({ counter: 1, credentialId: made.credentialId });
    await driver.close();
    await expect(driver.call('list', {}, options())).toRejectCode('driver_exited');
  });

  test.each<[string, unknown, string]>([
    ['no-such-call', {}, 'call_invalid'],
    ['toString', {}, 'call_invalid'],
    ['info', { path: 'virtual:other' }, 'device_not_found'],
    ['info', {}, 'call_invalid'],
    ['info', { path: 'virtual:a', pin: '1234' }, 'call_invalid'],
    [
      'get-assertion',
      { path: 'virtual:a', rpId: RP, clientDataHash: new Uint8Array(31), allow: [{ id: new Uint8Array(1) }] },
      'call_invalid',
    ],
    [
      'get-assertion',
      { path: 'virtual:a', rpId: RP, clientDataHash: new Uint8Array(32), allow: [] },
      'call_invalid',
    ],
    [
      'get-assertion',
      {
        path: 'virtual:a',
        rpId: 'https://x',
        clientDataHash: new Uint8Array(32),
        allow: [{ id: new Uint8Array(1) }],
      },
      'call_invalid',
    ],
  ])('%s with %j is %s', async (name, input, code) => {
    const { driver } = await started({ devices: [device('virtual:a')] });
    await expect(driver.call(name as 'info', input as { path: string }, options())).toRejectCode(code);
    await driver.close();
  });

  test('configurations that are not right are refused', async () => {
    const bad = [
      {},
      { devices: [{ kind: 'hid' }] },
      { devices: [{ ...device('a'), store: 'relative.json' }] },
      { devices: [{ ...device('a'), touch: ['dance'] }] },
    ];
    for (const config of bad) await expect(started(config as SecurityKeyConfig)).toRejectCode('call_invalid');
    await expect(started({ devices: [device('a'), device('a')] })).toRejectCode('call_invalid');
  });
});

describe('PINs', () => {
  test('the source is told how many tries are left, and its bytes are zeroed after use', async () => {
    const { driver } = await ready();
    const told: PinWanted[] = [];
    const given: Uint8Array[] = [];
    const pin = (wanted: PinWanted): Uint8Array => {
      told.push(wanted);
      const bytes = bytesOf('not-this-one');
      given.push(bytes);
      return bytes;
    };
    await expect(driver.call('make-credential', enrolment('virtual:a'), options({ pin }))).toRejectCode(
      'pin_invalid',
    );
    await expect(driver.call('make-credential', enrolment('virtual:a'), options({ pin }))).toRejectCode(
      'pin_invalid',
    );
    expect(told.map(({ purpose, retries, minLength }) => [purpose, retries, minLength])).toEqual([
      ['current', 8, 4],
      ['current', 7, 4],
    ]);
    expect(given.every((bytes) => bytes.every((byte) => byte === 0))).toBe(true);
    await driver.close();
  });

  test('it crosses in its own message and in nothing else, not even a fault', async () => {
    const { driver, wire } = await ready();
    await driver.call('make-credential', enrolment('virtual:a'), withPin());
    await expect(
      driver.call('make-credential', enrolment('virtual:a'), options({ pin: bytesOf('4711-wrong') })),
    ).toRejectCode('pin_invalid');
    const messages = wire.messages.map((text) => ({ text, isPin: text.startsWith('{"type":"pin"') }));
    const secrets = ['4711-correct', '4711-wrong'].flatMap((pin) => [
      pin,
      Buffer.from(pin).toString('base64'),
      [...Buffer.from(pin)].join(','),
    ]);
    const carrying = messages.filter(({ text }) => secrets.some((secret) => text.includes(secret)));
    expect(carrying.length).toBe(3); // set, right, wrong
    expect(carrying.every(({ isPin }) => isPin)).toBe(true);
    await driver.close();
  });

  test('without a PIN the call ends as pin_required, and no try is spent', async () => {
    const { driver } = await ready();
    await expect(driver.call('make-credential', enrolment('virtual:a'), options())).toRejectCode(
      'pin_required',
    );
    expect(await driver.call('info', { path: 'virtual:a' }, options())).toMatchObject({ pinRetries: 8 });
    await driver.close();
  });

  test("a source's own fault ends the call with that fault", async () => {
    const { driver } = await ready();
    const pin = async (): Promise<Uint8Array> => {
      throw new RangeError('the person went home');
    };
    await expect(driver.call('make-credential', enrolment('virtual:a'), options({ pin }))).rejects.toThrow(
      'went home',
    );
    await driver.close();
  });

  test('three wrong ones block until it is plugged in again', async () => {
    const { driver } = await ready();
    for (const code of ['pin_invalid', 'pin_invalid', 'pin_auth_blocked', 'pin_auth_blocked']) {
      await expect(
        driver.call('make-credential', enrolment('virtual:a'), options({ pin: bytesOf('wrong') })),
      ).toRejectCode(code);
    }
    await driver.call('replug', { path: 'virtual:a' }, options());
    await driver.call('make-credential', enrolment('virtual:a'), withPin());
    await driver.close();
  });

  test('a change asks for both', async () => {
    const { driver } = await ready();
    await driver.call('change-pin', { path: 'virtual:a' }, withPin({ newPin: bytesOf('another-1') }));
    await expect(driver.call('make-credential', enrolment('virtual:a'), withPin())).toRejectCode(
      'pin_invalid',
    );
    await driver.call('make-credential', enrolment('virtual:a'), options({ pin: bytesOf('another-1') }));
    await driver.close();
  });

  test('a person who never enters it is waited for until the deadline, not longer', async () => {
    const { driver } = await ready();
    const pin = (): Promise<Uint8Array> => never();
    const from = performance.now();
    await expect(
      driver.call('make-credential', enrolment('virtual:a'), options({ pin, deadlineMs: 200 })),
    ).toRejectCode('deadline');
    expect(performance.now() - from).toBeLessThan(1500);
    await driver.close();
  });
});

describe('touches', () => {
  test('are asked of the person, with "touch" told first', async () => {
    const { driver } = await ready('ask');
    const seen: string[] = [];
    const onAskTouch = (ask: AskTouch): boolean => {
      seen.push(ask.product);
      return true;
    };
    await driver.call(
      'make-credential',
      enrolment('virtual:a'),
      withPin({ onAskTouch, onKeepalive: (status) => seen.push(status) }),
    );
    expect(seen).toEqual(expect.arrayContaining(['touch', 'VIRTUAL security key']));
    await expect(
      driver.call('make-credential', enrolment('virtual:a'), withPin({ onAskTouch: () => false })),
    ).toRejectCode('touch_denied');
    await expect(driver.call('make-credential', enrolment('virtual:a'), withPin())).toRejectCode(
      'touch_denied',
    );
    await driver.close();
  });

  test.each(['before', 'during the PIN', 'during the touch'])('a call is cancelled %s', async (when) => {
    const { driver } = await ready('ask');
    const stop = new AbortController();
    if (when === 'before') stop.abort();
    const pin = (): Uint8Array | Promise<Uint8Array> => {
      if (when !== 'during the PIN') return bytesOf(PIN);
      stop.abort();
      return never();
    };
    let asked: AbortSignal | undefined;
    const onAskTouch = (_ask: AskTouch, signal: AbortSignal): Promise<boolean> => {
      asked = signal;
      stop.abort();
      return never();
    };
    const from = performance.now();
    const call = driver.call(
      'make-credential',
      enrolment('virtual:a'),
      options({ pin, onAskTouch, signal: stop.signal, deadlineMs: 30_000 }),
    );
    await expect(call).toRejectCode('cancelled');
    expect(performance.now() - from).toBeLessThan(1500);
    expect(asked?.aborted).toBe(when === 'during the touch' ? true : undefined);
    await driver.call('make-credential', enrolment('virtual:a'), withPin({ onAskTouch: () => true }));
    await driver.close();
  });

  test('of several keys the first one touched is chosen, and the others are cancelled', async () => {
    for (const chosen of [0, 1, 2]) {
      const devices = [0, 1, 2].map((n) => device(`virtual:${n}`, 'ask'));
      const { driver } = await started({ devices });
      const ended: string[] = [];
      const onAskTouch = (ask: AskTouch): Promise<boolean> =>
        ask.path === `virtual:${chosen}`
          ? new Promise((resolve) => {
              setTimeout(() => {
                ended.push(ask.path);
                resolve(true);
              }, 100);
            })
          : never();
      const from = performance.now();
      expect(await driver.call('select', {}, options({ onAskTouch }))).toEqual({ path: `virtual:${chosen}` });
      expect(performance.now() - from).toBeLessThan(1000);
      // all are free again at once
      for (const { path } of devices) await driver.call('info', { path }, options({ deadlineMs: 300 }));
      await driver.close();
    }
  });

  test('without any key there is nothing to select; with only denials, that is the answer', async () => {
    const none = await started({ devices: [] });
    await expect(none.driver.call('select', {}, options())).toRejectCode('device_not_found');
    await none.driver.close();
    const { driver } = await started({
      devices: [device('virtual:a', ['deny']), device('virtual:b', ['deny'])],
    });
    await expect(driver.call('select', {}, options())).toRejectCode('touch_denied');
    await driver.close();
  });

  test('two calls on one key take turns; one that cannot wait is told so', async () => {
    const { driver } = await ready(['delay:400', 'touch', 'touch']);
    const first = driver.call('make-credential', enrolment('virtual:a'), withPin());
    const second = driver.call('make-credential', enrolment('virtual:a'), withPin());
    const hasty = driver.call('info', { path: 'virtual:a' }, options({ deadlineMs: 50 }));
    await expect(hasty).toRejectCode('device_busy');
    expect((await first).credentialId).not.toEqual((await second).credentialId);
    await driver.close();
  });

  test('an unplugged key is not listed until it is plugged in', async () => {
    const { driver } = await ready(['unplug', 'touch']);
    await expect(driver.call('make-credential', enrolment('virtual:a'), withPin())).toRejectCode(
      'device_gone',
    );
    expect((await driver.call('list', {}, options())).devices).toEqual([]);
    await expect(driver.call('info', { path: 'virtual:a' }, options())).toRejectCode('device_not_found');
    await driver.call('replug', { path: 'virtual:a' }, options());
    await driver.call('make-credential', enrolment('virtual:a'), withPin());
    await driver.close();
  });
});

describe('messages that are not in the contract', () => {
  const hello = { type: 'hello', contractVersion: 1, driver: 'security-key', config: { devices: [] } };
  const talk = async (messages: unknown[]): Promise<unknown[]> => {
    const { near, far } = portPair();
    const heard: unknown[] = [];
    near.onMessage((message) => heard.push(message));
    const over = serve(far, openers, { clock, random });
    for (const message of messages) near.post(message);
    await over;
    await new Promise((resolve) => {
      setTimeout(resolve, 5);
    });
    return heard;
  };

  test.each<[string, unknown[]]>([
    ['a call before hello', [{ type: 'call', id: 1, name: 'list', input: {}, deadlineMs: 100 }]],
    ['another contract version', [{ ...hello, contractVersion: 2 }]],
    ['an unknown driver', [{ ...hello, driver: 'toaster' }]],
    ['hello twice', [hello, hello]],
    ['an unknown member', [{ ...hello, pin: '1234' }]],
    ['an unknown type', [hello, { type: 'reboot' }]],
    ['a PIN as text', [hello, { type: 'pin', id: 1, bytes: '1234' }]],
    ['a number', [5]],
    ['nothing', [null]],
  ])('%s ends the driver', async (_name, messages) => {
    const heard = await talk(messages);
    expect(heard.at(-1)).toMatchObject({ type: 'refused', error: { code: 'driver_protocol' } });
    expect(JSON.stringify(heard)).not.toContain('1234');
  });

  test.each<[string, unknown]>([
    ['a reply of another form', { type: 'reply', id: 1, result: { ok: true, value: {}, secret: 1 } }],
    [
      'an output that is not in the table',
      { type: 'reply', id: 1, result: { ok: true, value: { devices: [{ path: 'x' }] } } },
    ],
    ['ready twice', { type: 'ready', contractVersion: 1, driver: 'security-key' }],
    ['noise', 'noise'],
  ])('%s from a driver fails the call and stops the driver', async (_name, answer) => {
    const { near, far } = portPair();
    far.onMessage((message) => {
      const { type } = message as { type: string };
      far.post(type === 'hello' ? { type: 'ready', contractVersion: 1, driver: 'security-key' } : answer);
    });
    const driver = await connectDriver(near, { driver: 'security-key', config: { devices: [] } });
    await expect(driver.call('list', {}, options())).toRejectCode('driver_protocol');
    await driver.exited;
  });

  test('a driver that ignores its deadline is stopped, and other calls end with it', async () => {
    const { near, far } = portPair();
    far.onMessage((message) => {
      if ((message as { type: string }).type === 'hello')
        far.post({ type: 'ready', contractVersion: 1, driver: 'security-key' });
    });
    const driver = await connectDriver(near, { driver: 'security-key', config: { devices: [] } });
    const long = driver.call('list', {}, options({ deadlineMs: 60_000 }));
    const short = driver.call('list', {}, options({ deadlineMs: 1 }));
    await expect(short).toRejectCode('deadline');
    await expect(long).toRejectCode('driver_exited');
  });

  test('a driver that never says ready is given up', async () => {
    const { near } = portPair();
    const options = { driver: 'security-key' as const, config: { devices: [] }, helloTimeoutMs: 50 };
    await expect(connectDriver(near, options)).toRejectCode('deadline');
  });
});
