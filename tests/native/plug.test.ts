// A virtual key that a hand pulls out and plugs in, over the driver's contract: whatever ran ends, and nothing is counted down.
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { SecurityKeyConfig, TouchPolicy } from '../../contract/driver/security-key.ts';
import { openers } from '../../native/host/openers.ts';
import { serve } from '../../native/host/serve.ts';
import { connectDriver, type CallOptions, type Driver } from '../../ports/driver.ts';
import { PIN, RP, bytesOf, clock, folder, never, random, sha256 } from './devices.ts';
import { portPair } from './port-pair.ts';

type Key = Driver<'security-key'>;

async function started(config: SecurityKeyConfig): Promise<{ driver: Key }> {
  const { near, far } = portPair();
  void serve(far, openers, { clock, random }).then(() => far.kill());
  return { driver: await connectDriver(near, { driver: 'security-key', config }) };
}

const device = (path: string, touch: TouchPolicy = 'auto') => ({
  kind: 'virtual' as const,
  path,
  store: join(folder(), 'k.json'),
  touch,
});
const options = (more: Partial<CallOptions> = {}): CallOptions => ({ deadlineMs: 5000, ...more });
const withPin = (more: Partial<CallOptions> = {}): CallOptions => options({ pin: bytesOf(PIN), ...more });
const enrolment = (path: string) => ({
  path,
  rpId: RP,
  userId: bytesOf('u'),
  userName: 'u',
  clientDataHash: sha256('e'),
});

async function ready(touch: TouchPolicy = 'auto'): Promise<{ driver: Key }> {
  const made = await started({ devices: [device('virtual:a', touch)] });
  await made.driver.call('set-pin', { path: 'virtual:a' }, options({ newPin: bytesOf(PIN) }));
  return made;
}

describe('a virtual key that a hand pulls out', () => {
  test.each(['ask', ['timeout', 'touch']] as const)(
    'while it waits for its touch (%j): the call ends with device_gone, and the key works again when it is back',
    async (touch) => {
      const { driver } = await ready(typeof touch === 'string' ? touch : [...touch]);
      let call: Promise<unknown> | undefined;
      await new Promise<void>((resolve) => {
        const told = (status: string): void => (status === 'touch' ? resolve() : undefined);
        const asked = never<boolean>();
        const person = withPin({ onKeepalive: told, onAskTouch: () => asked });
        call = driver.call('make-credential', enrolment('virtual:a'), person);
      });
      await driver.call('unplug', { path: 'virtual:a' }, options());
      await expect(call).toRejectCode('device_gone');
      await driver.call('unplug', { path: 'virtual:a' }, options());
      expect((await driver.call('list', {}, options())).devices).toEqual([]);
      await driver.call('plug', { path: 'virtual:a' }, options());
      await driver.call('plug', { path: 'virtual:a' }, options());
      await driver.call('make-credential', enrolment('virtual:a'), withPin({ onAskTouch: () => true }));
      await driver.close();
    },
  );

  test('while its PIN is awaited: nothing is counted down', async () => {
    const { driver } = await ready();
    const call = driver.call(
      'make-credential',
      enrolment('virtual:a'),
      options({
        pin: async () => {
          await driver.call('unplug', { path: 'virtual:a' }, options());
          return bytesOf('a wrong one');
        },
      }),
    );
    await expect(call).toRejectCode('device_gone');
    await driver.call('plug', { path: 'virtual:a' }, options());
    expect(await driver.call('info', { path: 'virtual:a' }, options())).toMatchObject({ pinRetries: 8 });
    await driver.close();
  });

  test('starts pulled out where its configuration says so; a path that is no key is refused', async () => {
    const { driver } = await started({ devices: [{ ...device('virtual:a'), plugged: false }] });
    expect((await driver.call('list', {}, options())).devices).toEqual([]);
    await driver.call('plug', { path: 'virtual:a' }, options());
    expect((await driver.call('list', {}, options())).devices).toHaveLength(1);
    await expect(driver.call('unplug', { path: 'virtual:b' }, options())).toRejectCode('device_not_found');
    await driver.close();
  });
});
