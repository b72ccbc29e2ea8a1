// A virtual key that was in another machine meanwhile: what it did there counts here once it is plugged in again.
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { startDriver, type ProcessDriver } from '../../ports/driver.ts';
import { newFolder } from '../support/seat.ts';

const running: ProcessDriver<'security-key'>[] = [];
afterEach(async () => {
  for (const driver of running.splice(0)) await driver.close();
});

const path = 'virtual:shared';
const pin = new TextEncoder().encode('123456');
const call = { deadlineMs: 10_000 };

async function machineWith(store: string): Promise<ProcessDriver<'security-key'>> {
  const device = { kind: 'virtual', path, store, name: 'shared', touch: 'auto' } as const;
  const driver = await startDriver({ driver: 'security-key', config: { devices: [device] } });
  running.push(driver);
  return driver;
}

const make = (driver: ProcessDriver<'security-key'>, user: string) =>
  driver.call(
    'make-credential',
    {
      path,
      rpId: 'shared.example',
      userId: new TextEncoder().encode(user),
      userName: user,
      clientDataHash: new Uint8Array(randomBytes(32)),
    },
    { ...call, pin: pin.slice() },
  );

test('two machines never write over each other; pulled out and plugged in, it goes on where it was', async () => {
  const store = join(newFolder(), 'shared.json');
  const here = await machineWith(store);
  await here.call('set-pin', { path }, { ...call, pin: pin.slice(), newPin: pin.slice() });
  const there = await machineWith(store);
  await make(there, 'ben');
  await expect(make(here, 'ana')).rejects.toMatchObject({ kind: 'device' });
  await here.call('unplug', { path }, call);
  await here.call('plug', { path }, call);
  expect((await make(here, 'ana')).credentialId.length).toBeGreaterThan(0);
});
