// Real keys over node-hid's interface: which are found, why one cannot be opened, what unplugging does, and how they are closed.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { DeviceFault } from '../../core/fault/fault.ts';
import { loadNodeHid, type HidBinding, type Listed } from '../../native/hid/binding.ts';
import { connectionOver, openHid } from '../../native/hid/connection.ts';
import { readDescriptor } from '../../native/hid/descriptor.ts';
import { HidKeys } from '../../native/hid/devices.ts';
import { openers } from '../../native/host/openers.ts';
import { serve } from '../../native/host/serve.ts';
import { connectDriver, type Driver } from '../../ports/driver.ts';
import { needs, nodeHid } from '../support/needs.ts';
import {
  PIN,
  RP,
  bytesOf,
  clock,
  enrol,
  folder,
  never,
  random,
  setPin,
  sha256,
  virtualKey,
} from './devices.ts';
import { portPair } from './port-pair.ts';

const FIDO = Buffer.from('06d0f10901a1010920150026ff007508954081020921150026ff00750895409102c0', 'hex');
const KEYBOARD = Buffer.from(
  '05010906a101050719e029e71500250175019508810295017508810195057501050819012905910295017503910195067508150025650507190029658100c0',
  'hex',
);
const quick = { deadlineMs: 5000 };

/** node-hid's part of the world, over virtual keys: what is plugged in, and what was opened and closed. */
function world() {
  const keys = new Map([['/dev/hidraw0', virtualKey()]]);
  const listed: Listed[] = [
    { path: '/dev/hidraw0', product: 'Key One', serialNumber: 'S1', usagePage: 0xf1d0, usage: 1 },
  ];
  const events: string[] = [];
  const binding: HidBinding = {
    devices: async () => listed,
    open: async (path) => {
      const key = keys.get(path);
      if (!key) throw new Error(`cannot open device with path ${path}`);
      const connection = await key.open();
      let reading = 0;
      return {
        write: (report) => connection.write(new Uint8Array(report)),
        async read(ms) {
          reading += 1;
          try {
            const got = await connection.read(ms);
            return got === undefined || got.length === 0 ? undefined : Buffer.from(got);
          } finally {
            reading -= 1;
          }
        },
        async close() {
          events.push(reading > 0 ? 'closed while reading' : 'closed');
          await connection.close();
        },
      };
    },
  };
  return { binding, keys, listed, events };
}

async function driverOver(
  loadHid: () => Promise<HidBinding>,
  devices: object[] = [],
): Promise<Driver<'security-key'>> {
  const { near, far } = portPair();
  void serve(far, openers, { clock, random, loadHid }).then(() => far.kill());
  return connectDriver(near, { driver: 'security-key', config: { devices: devices as [], hid: true } });
}

const codeOf = (call: Promise<unknown>) =>
  call.then(
    () => 'nothing',
    (thrown: unknown) => (thrown instanceof DeviceFault ? thrown.code : String(thrown)),
  );

describe('a report descriptor', () => {
  test('tells FIDO from anything else, and the size of a report', () => {
    expect(readDescriptor(FIDO)).toEqual({ page: 0xf1d0, usage: 1, outputBytes: 64 });
    expect(readDescriptor(KEYBOARD)).toMatchObject({ page: 1, usage: 6 });
  });
  test('cut anywhere, or random, is read to an end and never taken for more than it is', () => {
    for (let length = 0; length < FIDO.length; length++) {
      const { page } = readDescriptor(FIDO.subarray(0, length));
      expect(page).toBe(length >= 7 ? 0xf1d0 : 0);
    }
    for (let i = 0; i < 2000; i++) readDescriptor(random(i % 97));
    expect(readDescriptor(Buffer.from([0xfe, 200, 0])).page).toBe(0);
  });
});

describe('what is found', () => {
  const found = async (listed: Listed[], descriptor?: Uint8Array) => {
    const keys = new HidKeys({ devices: async () => listed, open: () => never() }, async () => descriptor);
    return (await keys.scan()).map(({ path, product, virtual, serial, reportSize }) => ({
      path,
      product,
      virtual,
      serial,
      reportSize,
    }));
  };
  const key = { path: 'a', product: 'Key', serialNumber: 'S', usagePage: 0xf1d0, usage: 1 };

  test('keys by usage page, each path once; nothing else', async () => {
    const others = [
      { ...key, path: 'b', usagePage: 1, usage: 6 },
      { ...key, path: 'c', usage: 2 },
      { ...key, path: undefined },
      { ...key, path: '' },
      { ...key, path: 'x'.repeat(600) },
    ];
    expect(await found([key, key, ...others])).toEqual([
      { path: 'a', product: 'Key', virtual: false, serial: 'S', reportSize: 64 },
    ]);
  });
  test('by the descriptor, where the system tells no usage page', async () => {
    const silent = { ...key, usagePage: 0, usage: 0 };
    expect(await found([silent], FIDO)).toHaveLength(1);
    expect(await found([silent], KEYBOARD)).toEqual([]);
    expect(await found([silent])).toEqual([]);
  });
  test('with what they call themselves cut and cleaned, and an odd report size only within reason', async () => {
    const rude = { ...key, product: `\u202eVIRTUAL\n${'x'.repeat(999)}`, serialNumber: '\u0000' };
    const [one] = await found([rude], Buffer.from(FIDO.toString('hex').replaceAll('9540', '9520'), 'hex'));
    expect(one).toMatchObject({ virtual: false, serial: undefined, reportSize: 32 });
    expect(one!.product).toHaveLength(200);
    expect(one!.product).not.toMatch(/\p{C}/u);
    const [huge] = await found(
      [key],
      Buffer.from(FIDO.toString('hex').replaceAll('9540', '96ffff').replaceAll('7508', '7508'), 'hex'),
    );
    expect(huge!.reportSize).toBe(64);
  });
  test('a system that cannot list says so', async () => {
    const keys = new HidKeys({ devices: () => Promise.reject(new Error('udev')), open: () => never() });
    await expect(keys.scan()).toRejectCode('driver_failed');
  });
});

describe('a real key in the driver', () => {
  test('is listed beside virtual ones, enrols, asserts, comes and goes', async () => {
    const { binding, keys, listed, events } = world();
    const real = keys.get('/dev/hidraw0')!;
    const beside = { kind: 'virtual', path: 'virtual:a', store: join(folder(), 'a.json'), touch: 'auto' };
    const driver = await driverOver(async () => binding, [beside]);
    const list = async () => (await driver.call('list', {}, quick)).devices;
    expect(await list()).toEqual([
      { path: 'virtual:a', product: 'VIRTUAL security key', virtual: true },
      { path: '/dev/hidraw0', product: 'Key One', virtual: false, serial: 'S1' },
    ]);
    await setPin(real);
    const made = await enrol(real);
    const allow = [{ id: made.credentialId, publicKey: made.publicKey }];
    const input = { path: '/dev/hidraw0', rpId: RP, clientDataHash: sha256('c'), allow };
    const asserted = await driver.call('get-assertion', input, { ...quick, pin: bytesOf(PIN) });
    expect(asserted.signature.length).toBeGreaterThan(8);
    expect(await codeOf(driver.call('get-assertion', input, { ...quick, pin: bytesOf('wrong') }))).toBe(
      'pin_invalid',
    );
    expect(await codeOf(driver.call('replug', { path: '/dev/hidraw0' }, quick))).toBe('device_unsuitable');
    listed.length = 0;
    expect(await list()).toHaveLength(1);
    expect(await codeOf(driver.call('info', { path: '/dev/hidraw0' }, quick))).toBe('device_not_found');
    expect(events).not.toContain('closed while reading');
    await driver.close();
  });

  test('pulled out while it waits for a touch is device_gone, and the next call finds it again', async () => {
    const { binding, keys, events } = world();
    const key = virtualKey({ touch: ['touch', 'touch', 'unplug'] });
    keys.set('/dev/hidraw0', key);
    await setPin(key);
    const driver = await driverOver(async () => binding);
    const wish = {
      path: '/dev/hidraw0',
      rpId: RP,
      userId: bytesOf('u'),
      userName: 'u',
      clientDataHash: sha256('e'),
    };
    const withPin = { ...quick, pin: bytesOf(PIN) };
    const made = await driver.call('make-credential', wish, withPin);
    const allow = [{ id: made.credentialId, publicKey: made.publicKey }];
    const input = { path: '/dev/hidraw0', rpId: RP, clientDataHash: sha256('c'), allow };
    await driver.call('get-assertion', input, { ...quick, pin: bytesOf(PIN) });
    expect(await codeOf(driver.call('get-assertion', input, { ...quick, pin: bytesOf(PIN) }))).toBe(
      'device_gone',
    );
    key.plug();
    expect((await driver.call('info', { path: '/dev/hidraw0' }, quick)).pinSet).toBe(true);
    expect(events).not.toContain('closed while reading');
    await driver.close();
  });

  test('without node-hid the virtual keys are there, and the reason is told', async () => {
    const driver = await driverOver(() =>
      Promise.reject(new DeviceFault('driver_missing', 'node-hid: no build')),
    );
    expect(await driver.call('list', {}, quick)).toEqual({ devices: [], missing: 'node-hid: no build' });
    await driver.close();
  });

  test('a path never hides a virtual key of the same name', async () => {
    const { binding, listed } = world();
    listed[0] = { ...listed[0], path: 'virtual:a' };
    const beside = { kind: 'virtual', path: 'virtual:a', store: join(folder(), 'a.json'), touch: 'auto' };
    const driver = await driverOver(async () => binding, [beside]);
    expect((await driver.call('list', {}, quick)).devices).toMatchObject([
      { path: 'virtual:a', virtual: true },
    ]);
    await driver.close();
  });
});

describe('opening and closing', () => {
  const failing = (message: string): HidBinding => ({
    devices: async () => [],
    open: () => Promise.reject(new Error(message)),
  });
  test.each([
    ["Failed to open a device with path '/dev/hidraw0': Permission denied", 'device_forbidden'],
    ['exclusive access and device already open', 'device_busy'],
    ['cannot open device with path /dev/hidraw0', 'device_gone'],
  ])('%s', async (message, code) => {
    await expect(openHid(failing(message), '/dev/none')).toRejectCode(code);
  });

  test('closing waits for the pending read, once, and nothing is done afterwards', async () => {
    const done: string[] = [];
    let end: () => void = () => undefined;
    const connection = connectionOver({
      read: () =>
        new Promise((resolve) => {
          end = () => {
            done.push('read');
            resolve(undefined);
          };
        }),
      write: async (report) => report.length,
      close: async () => void done.push('close'),
    });
    const reading = connection.read(50);
    const closing = [connection.close(), connection.close()];
    await sleep(20);
    expect(done).toEqual([]);
    await expect(connection.read(50)).toRejectCode('device_gone');
    await expect(connection.write(new Uint8Array(65))).toRejectCode('device_gone');
    end();
    await Promise.all([reading, ...closing]);
    expect(done).toEqual(['read', 'close']);
  });

  test('a read that fails does not keep it from closing', async () => {
    const done: string[] = [];
    const connection = connectionOver({
      read: () => Promise.reject(new Error('could not read from HID device')),
      write: async () => 0,
      close: async () => void done.push('close'),
    });
    await expect(connection.read(1)).rejects.toThrow('could not read');
    await connection.close();
    expect(done).toEqual(['close']);
  });
});

needs('node-hid', nodeHid)('node-hid itself', () => {
  test('loads here, lists what there is, and opens nothing that is not there', async () => {
    const binding = await loadNodeHid();
    expect(Array.isArray(await binding.devices())).toBe(true);
    await expect(openHid(binding, join(folder(), 'none'))).toRejectCode('device_gone');
  });
});

test('the udev rule names the usage page program, gives the seat the key, and opens it to nobody else', () => {
  const rules = readFileSync(new URL('../../assets/udev/70-signer-console.rules', import.meta.url), 'utf8');
  expect(rules).toContain('IMPORT{program}="fido_id"');
  expect(rules).toContain('TAG+="uaccess"');
  expect(rules).not.toMatch(/MODE|GROUP/);
});
