// The devices room over real driver processes: the right key is asked, one at a time, and a driver that dies ends its call.
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import type { TouchPolicy } from '../../../contract/driver/security-key.ts';
import { verifyProof, type Proof } from '../../../core/decision/proof.ts';
import { DeviceFault, isFault } from '../../../core/fault/fault.ts';
import { prove } from '../../../ports/hand/prove.ts';
import { attributeOf } from '../../../ports/hand/hsm.ts';
import { openDevices, type Devices, type Person, type Phase } from '../../../main/devices/devices.ts';
import type { SecurityKey } from '../../../ports/hand/security-key.ts';
import { Turns } from '../../../ports/hand/turns.ts';
import { nodeCrypto } from '../../../ports/crypto.ts';
import { keepDriver, startDriver, type KeptDriver, type ProcessDriver } from '../../../ports/driver.ts';
import { newFolder } from '../../support/seat.ts';
import { RP_ID } from '../../support/soft-devices.ts';
import { makeSession, makeWorld } from '../../support/world.ts';

const PIN = '4711-correct';
const pin = (text = PIN) => new Uint8Array(Buffer.from(text));
const clock = { clock: () => performance.now(), sleep: (ms: number) => sleep(ms) };
const open: Devices[] = [];

afterEach(async () => {
  for (const devices of open.splice(0)) await devices.close();
});

interface Bench {
  readonly devices: Devices;
  readonly phases: Phase[];
  readonly pins: Uint8Array[];
  readonly enrolled: SecurityKey[];
  readonly running: () => ProcessDriver<'security-key'> | undefined;
  readonly starts: () => number;
  person: Partial<Person>;
}

/** Virtual keys in one driver process, each with a PIN and a credential. */
async function bench(touch: TouchPolicy, keys = 1): Promise<Bench> {
  const folder = newFolder();
  const store = (i: number) => ({
    kind: 'virtual' as const,
    path: `virtual:${i}`,
    store: join(folder, `${i}.json`),
    name: `key ${i}`,
  });
  const all = Array.from({ length: keys }, (_, i) => store(i));
  const setUp = await startDriver({
    driver: 'security-key',
    config: { devices: all.map((one) => ({ ...one, touch: 'auto' as const })) },
  });
  const enrolled: SecurityKey[] = [];
  for (const { path } of all) {
    await setUp.call('set-pin', { path }, { deadlineMs: 10_000, newPin: pin(), pin: pin() });
    const input = { path, rpId: RP_ID, userId: pin('u'), userName: 'u', clientDataHash: new Uint8Array(32) };
    const made = await setUp.call('make-credential', input, { deadlineMs: 10_000, pin: pin() });
    enrolled.push({
      kind: 'security-key',
      id: `key-${enrolled.length}`,
      key: made.publicKey,
      credentialId: Buffer.from(made.credentialId).toString('base64url'),
      aaguid: made.aaguid,
      presence: 'touch',
      attestation: 'none',
    });
  }
  await setUp.close();
  const made: Bench = { ...wire(all.map((one) => ({ ...one, touch }))), enrolled };
  open.push(made.devices);
  return made;
}

function wire(
  devices: Parameters<typeof startDriver<'security-key'>>[0]['config']['devices'],
): Omit<Bench, 'enrolled'> {
  const phases: Phase[] = [];
  const pins: Uint8Array[] = [];
  let running: ProcessDriver<'security-key'> | undefined;
  let starts = 0;
  const kept: KeptDriver<'security-key'> = keepDriver(async () => {
    starts += 1;
    running = await startDriver({ driver: 'security-key', config: { devices } });
    return running;
  }, clock);
  const set: Omit<Bench, 'enrolled' | 'devices'> = {
    phases,
    pins,
    running: () => running,
    starts: () => starts,
    person: {},
  };
  const person: Person = {
    pin: async (device, wanted, signal) => {
      const bytes = (await set.person.pin?.(device, wanted, signal)) ?? pin();
      pins.push(bytes);
      return bytes;
    },
    phase: (_, phase) => phases.push(phase),
    touch: async (ask, signal) => (await set.person.touch?.(ask, signal)) ?? true,
  };
  return Object.assign(set, { devices: openDevices({ securityKeys: kept, modules: [] }, person) });
}

const hash = (text: string) => new Uint8Array(createHash('sha256').update(text).digest());

async function codeOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return 'nothing';
  } catch (thrown) {
    return isFault(thrown) ? thrown.code : String(thrown);
  }
}

describe('a security key', () => {
  test('proves a session that every verifier accepts; the PIN is zeroed, the phases are told', async () => {
    const { devices, enrolled, phases, pins } = await bench('ask');
    const device = enrolled[0] as SecurityKey;
    const { session } = makeSession(makeWorld(), makeWorld().people.ana).sealed;
    const proof: Proof = await prove(
      { crypto: nodeCrypto, hardware: devices, rpId: RP_ID, device },
      'session',
      session,
    );
    verifyProof(nodeCrypto, RP_ID, device, 'session', session, proof);
    expect(pins.map((bytes) => bytes.every((byte) => byte === 0))).toEqual([true]);
    expect(phases[0]).toBe('looking');
    expect(phases).toContain('touch');
    expect(phases.at(-1)).toBe('done');
    expect(await devices.list()).toEqual([expect.objectContaining({ kind: 'security-key', virtual: true })]);
  });

  test('refusals come through with their codes, and nothing is tried again', async () => {
    const { devices, enrolled, ...set } = await bench(['deny', 'touch']);
    const device = enrolled[0] as SecurityKey;
    expect(await codeOf(devices.assert(device, RP_ID, hash('a')))).toBe('touch_denied');
    Object.assign(set.person, { pin: async () => pin('wrong-pin') });
    expect(await codeOf(devices.assert(device, RP_ID, hash('b')))).toBe('pin_invalid');
    expect(set.pins).toHaveLength(2);
    const stranger = { ...device, credentialId: Buffer.alloc(32).toString('base64url') };
    Object.assign(set.person, { pin: async () => pin() });
    expect(await codeOf(devices.assert(stranger, RP_ID, hash('c')))).toBe('no_credential');
    const otherModel = { ...device, aaguid: '11111111-1111-4111-8111-111111111111' };
    expect(await codeOf(devices.assert(otherModel, RP_ID, hash('d')))).toBe('device_not_found');
  });

  test('of two of one model the one that has the credential is asked, and nobody has to choose', async () => {
    const { devices, enrolled, person, phases } = await bench('ask', 2);
    const wanted = enrolled[1] as SecurityKey;
    const touched: string[] = [];
    person.touch = async (ask) => touched.push(ask.path) > 0;
    const made = await devices.assert(wanted, RP_ID, hash('x'));
    expect(Buffer.from(made.credentialId).toString('base64url')).toBe(wanted.credentialId);
    expect(touched).toEqual(['virtual:1']);
    expect(phases).not.toContain('choosing');
  });

  test('of two that do not say what they have the touched one is asked', async () => {
    const phases: Phase[] = [];
    const person: Person = {
      pin: async () => pin(),
      phase: (_, phase) => void phases.push(phase),
      touch: async () => true,
    };
    const asked: string[] = [];
    const answers: Record<string, unknown> = {
      list: { devices: ['a', 'b'].map((path) => ({ path, product: path, virtual: false })) },
      info: { aaguid: '22222222-2222-4222-8222-222222222222' },
      holds: { holds: null },
      select: { path: 'b' },
    };
    const call = async (name: string, input: { path?: string }) => {
      asked.push(`${name} ${input.path ?? ''}`.trim());
      if (name in answers) return answers[name];
      throw new DeviceFault('touch_denied');
    };
    const running = { call } as never;
    const silent = openDevices(
      { securityKeys: { get: async () => running, close: async () => undefined }, modules: [] },
      person,
    );
    const device = {
      kind: 'security-key',
      id: 'k',
      credentialId: 'AAAA',
      aaguid: '22222222-2222-4222-8222-222222222222',
    } as SecurityKey;
    expect(await codeOf(silent.assert(device, RP_ID, hash('x')))).toBe('touch_denied');
    expect(asked.slice(-2)).toEqual(['select', 'get-assertion b']);
    expect(phases).toContain('choosing');
  });

  test('cancelled while it waits for the touch', async () => {
    const { devices, enrolled, person } = await bench('ask');
    const stop = new AbortController();
    person.touch = (_, signal) => {
      stop.abort();
      return new Promise((resolve) => {
        signal.addEventListener('abort', () => resolve(false));
      });
    };
    expect(await codeOf(devices.assert(enrolled[0] as SecurityKey, RP_ID, hash('x'), stop.signal))).toBe(
      'cancelled',
    );
  });

  test('a driver that is killed fails the call; nothing is replayed; the next call finds a new driver', async () => {
    const { devices, enrolled, person, running, starts } = await bench('ask');
    const device = enrolled[0] as SecurityKey;
    let asked = 0;
    person.touch = async () => {
      asked += 1;
      if (asked > 1) return true;
      process.kill(running()?.pid ?? 0, 'SIGKILL');
      return sleep(5000).then(() => true);
    };
    expect(await codeOf(devices.assert(device, RP_ID, hash('x')))).toBe('driver_exited');
    await sleep(500);
    expect(asked).toBe(1);
    await devices.assert(device, RP_ID, hash('y'));
    expect({ asked, starts: starts() }).toEqual({ asked: 2, starts: 2 });
  });

  test('two calls at once take turns', async () => {
    const { devices, enrolled, person } = await bench('ask');
    const device = enrolled[0] as SecurityKey;
    let inside = 0;
    let most = 0;
    person.touch = async () => {
      inside += 1;
      most = Math.max(most, inside);
      await sleep(30);
      inside -= 1;
      return true;
    };
    await Promise.all(['a', 'b', 'c'].map((text) => devices.assert(device, RP_ID, hash(text))));
    expect(most).toBe(1);
  });
});

describe('turns', () => {
  test('one that fails lets the next one in; one cancelled while waiting never begins', async () => {
    const turns = new Turns();
    const order: string[] = [];
    const stop = new AbortController();
    const first = turns.take('a', async () => {
      await sleep(20);
      order.push('first');
      throw new DeviceFault('touch_denied');
    });
    const second = turns.take('a', async () => void order.push('second'), stop.signal);
    const third = turns.take('a', async () => void order.push('third'));
    const other = turns.take('b', async () => void order.push('other'));
    stop.abort();
    await expect(first).toRejectCode('touch_denied');
    await expect(second).toRejectCode('cancelled');
    await Promise.all([third, other]);
    expect(order).toEqual(['other', 'first', 'third']);
  });
});

describe('without a driver', () => {
  test('says what is missing', async () => {
    const person: Person = { pin: async () => pin(), phase: () => undefined, touch: async () => true };
    const devices = openDevices({ securityKeys: null, modules: [] }, person);
    const device = { kind: 'security-key', id: 'x', credentialId: 'AAAA' } as SecurityKey;
    expect(await codeOf(devices.assert(device, RP_ID, hash('x')))).toBe('driver_missing');
    expect(await codeOf(devices.sign('pkcs11:token=a', hash('x')))).toBe('driver_missing');
    expect(await devices.list()).toEqual([]);
  });
});

test('attributes of a PKCS#11 URI', () => {
  const uri = 'pkcs11:token=My%20token;serial=01;id=%02;type=private?pin-source=x';
  expect(['token', 'serial', 'type', 'object'].map((name) => attributeOf(uri, name))).toEqual([
    'My token',
    '01',
    'private',
    undefined,
  ]);
  expect(() => attributeOf('pkcs11:token=%FF', 'token')).toThrowCode('call_invalid');
});

test('a foreign key that cannot be asked keeps nobody from their own; when nothing fits, its reason is told', async () => {
  const { enrolled } = await bench('auto');
  const [mine] = enrolled;
  const asked: string[] = [];
  const driver = (paths: string[]): KeptDriver<'security-key'> => {
    const call = async (name: string, { path }: { path?: string }) => {
      if (name === 'list')
        return { devices: paths.map((one) => ({ path: one, product: one, virtual: false })) };
      if (name === 'info' && path === 'foreign') throw new DeviceFault('device_forbidden', path);
      if (name === 'info') return { aaguid: mine!.aaguid };
      asked.push(`${name} ${path}`);
      return {};
    };
    const running = {
      driver: 'security-key',
      exited: Promise.race([]),
      call,
      close: async () => undefined,
    };
    return { get: async () => running as never, close: async () => undefined };
  };
  const person: Person = { pin: async () => pin(), phase: () => undefined, touch: async () => true };
  const over = (paths: string[]) => openDevices({ securityKeys: driver(paths), modules: [] }, person);
  await over(['foreign', 'own']).assert(mine!, RP_ID, hash('a'));
  expect(asked).toEqual(['get-assertion own']);
  expect(await codeOf(over(['foreign']).assert(mine!, RP_ID, hash('a')))).toBe('device_forbidden');
  expect(await codeOf(over([]).assert(mine!, RP_ID, hash('a')))).toBe('device_not_found');
});
