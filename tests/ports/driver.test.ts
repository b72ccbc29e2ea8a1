// Driver processes: killed, missing a part, with a clean environment, stopped, and started again; never a call twice.
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { never } from '../native/devices.ts';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { AskTouch } from '../../contract/driver/messages.ts';
import type { TouchPolicy } from '../../contract/driver/security-key.ts';
import {
  keepDriver,
  startDriver,
  type CallOptions,
  type Driver,
  type ProcessDriver,
} from '../../ports/driver.ts';

const PIN = 'pin-4711-pin';
const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text));
const root = fileURLToPath(new URL('../..', import.meta.url));
const rpId = 'signer.example';

let folder: string;
const open: Driver<'security-key'>[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'driver-'));
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((driver) => driver.close()));
  rmSync(folder, { recursive: true, force: true });
});

async function start(
  touch: TouchPolicy = 'auto',
  onLog?: (line: string) => void,
): Promise<ProcessDriver<'security-key'>> {
  const devices = [{ kind: 'virtual' as const, path: 'virtual:a', store: join(folder, 'key.json'), touch }];
  const driver = await startDriver({ driver: 'security-key', config: { devices }, onLog });
  open.push(driver);
  return driver;
}

const options = (more: Partial<CallOptions> = {}): CallOptions => ({ deadlineMs: 10_000, ...more });
const enrolment = {
  path: 'virtual:a',
  rpId,
  userId: bytes('u'),
  userName: 'u',
  clientDataHash: new Uint8Array(32),
};
const withPin = (more: Partial<CallOptions> = {}): CallOptions => options({ pin: bytes(PIN), ...more });
const setPin = (driver: Driver<'security-key'>) =>
  driver.call('set-pin', { path: 'virtual:a' }, options({ newPin: bytes(PIN) }));
const credentials = (): number =>
  (JSON.parse(readFileSync(join(folder, 'key.json'), 'utf8')) as { credentials: unknown[] }).credentials
    .length;

const alive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

describe('a driver process', () => {
  test('enrols and asserts; what it keeps survives a restart, and so do the tries that are left', async () => {
    const first = await start();
    await setPin(first);
    const made = await first.call('make-credential', enrolment, withPin());
    await expect(first.call('make-credential', enrolment, options({ pin: bytes('wrong') }))).toRejectCode(
      'pin_invalid',
    );
    await first.close();
    const second = await start();
    expect(await second.call('info', { path: 'virtual:a' }, options())).toMatchObject({ pinRetries: 7 });
    const allow = [{ id: made.credentialId, publicKey: made.publicKey }];
    const input = { path: 'virtual:a', rpId, clientDataHash: new Uint8Array(32).fill(9), allow };
    expect((await second.call('get-assertion', input, withPin())).counter).toBe(1);
  });

  test('killed during a touch: driver_exited, nothing replayed, and a new one works', async () => {
    const first = await start('ask');
    await setPin(first);
    let touches = 0;
    const onAskTouch = (_ask: AskTouch): Promise<boolean> => {
      touches++;
      process.kill(first.pid ?? 0, 'SIGKILL');
      return never();
    };
    const call = first.call('make-credential', enrolment, withPin({ onAskTouch }));
    const other = first.call('info', { path: 'virtual:a' }, options());
    await expect(call).toRejectCode('driver_exited');
    await expect(other).toRejectCode('driver_exited');
    expect(await first.exited).toEqual({ code: null, signal: 'SIGKILL' });
    await expect(first.call('list', {}, options())).toRejectCode('driver_exited');
    const second = await start('ask');
    await second.call('list', {}, options());
    expect(touches).toBe(1);
    expect(credentials()).toBe(0);
    await second.call('make-credential', enrolment, withPin({ onAskTouch: () => true }));
    expect(credentials()).toBe(1);
  });

  test('killed at many moments of an enrolment: the file is whole, and counts what was made', async () => {
    const first = await start();
    await setPin(first);
    await first.close();
    let made = 0;
    for (let wait = 0; wait < 40; wait += 4) {
      const driver = await start();
      const before = credentials();
      const call = driver.call('make-credential', enrolment, withPin()).catch((cause: unknown) => cause);
      await new Promise((resolve) => {
        setTimeout(resolve, wait);
      });
      process.kill(driver.pid ?? 0, 'SIGKILL');
      const outcome = await call;
      if (outcome instanceof Error) expect(outcome).toHaveProperty('code', 'driver_exited');
      else made++;
      expect(credentials() - before).toBeLessThanOrEqual(1);
    }
    expect(credentials()).toBeGreaterThanOrEqual(made);
    expect((await (await start()).call('info', { path: 'virtual:a' }, options())).pinSet).toBe(true);
  }, 60_000);

  test('stopped for good when it ignores its deadline', async () => {
    const driver = await start();
    const { pid = 0 } = driver;
    process.kill(pid, 'SIGSTOP');
    const from = performance.now();
    await expect(driver.call('list', {}, options({ deadlineMs: 100 }))).toRejectCode('deadline');
    expect(performance.now() - from).toBeLessThan(5000);
    await driver.exited;
    expect(alive(pid)).toBe(false);
  });

  test('close ends it even when it does not answer, and no process is left', async () => {
    const driver = await start();
    const { pid = 0 } = driver;
    process.kill(pid, 'SIGSTOP');
    await driver.close();
    expect(alive(pid)).toBe(false);
    await driver.close();
  });

  test('close ends what waits for a person', async () => {
    const driver = await start('ask');
    await setPin(driver);
    const call = driver.call('make-credential', enrolment, withPin({ onAskTouch: () => never() }));
    await new Promise((resolve) => {
      setTimeout(resolve, 100);
    });
    const closing = driver.close();
    await expect(call).rejects.toHaveProperty(
      'code',
      expect.stringMatching(/^(cancelled|touch_denied|driver_exited)$/),
    );
    await closing;
  });

  test('inherits nothing of the environment', async () => {
    process.env['SECRET_OF_THE_PARENT'] = 'do not leak';
    const driver = await start();
    const environment = readFileSync(`/proc/${driver.pid}/environ`, 'utf8');
    delete process.env['SECRET_OF_THE_PARENT'];
    expect(environment).not.toContain('do not leak');
    const names = environment
      .split('\0')
      .filter(Boolean)
      .map((line) => line.split('=')[0]);
    expect(names.every((name) => name?.startsWith('NODE_CHANNEL'))).toBe(true);
  });

  test('the PIN is in no line that it writes', async () => {
    const lines: string[] = [];
    const driver = await start('auto', (line) => lines.push(line));
    await setPin(driver);
    await driver.call('make-credential', enrolment, withPin());
    await expect(
      driver.call('make-credential', enrolment, options({ pin: bytes('another-wrong') })),
    ).toRejectCode('pin_invalid');
    await driver.close();
    expect(lines.join('\n')).not.toMatch(/4711|another-wrong/);
  });

  test('a large message crosses whole', async () => {
    const driver = await start();
    const allow = Array.from({ length: 1000 }, (_, n) => ({ id: new Uint8Array(1023).fill(n & 255) }));
    const input = { path: 'virtual:a', rpId, clientDataHash: new Uint8Array(32), allow };
    await expect(driver.call('get-assertion', input, withPin())).toRejectCode('pin_not_set');
  });

  test('an entry that is not there, or that ends at once, is driver_exited', async () => {
    const config = { devices: [] };
    await expect(
      startDriver({ driver: 'security-key', config, entry: join(folder, 'none.ts') }),
    ).toRejectCode('driver_exited');
    const entry = join(folder, 'ends.mjs');
    writeFileSync(entry, 'process.exit(3);\n');
    await expect(startDriver({ driver: 'security-key', config, entry })).toRejectCode('driver_exited');
    writeFileSync(entry, 'setInterval(() => {}, 1000); process.on("message", () => {});\n');
    await expect(startDriver({ driver: 'security-key', config, entry, helloTimeoutMs: 200 })).toRejectCode(
      'deadline',
    );
  });
});

describe('without the optional package pkcs11js', () => {
  test('the PKCS#11 driver says what to install; the security-key driver works', async () => {
    for (const room of ['core', 'contract', 'native', 'ports'])
      cpSync(join(root, room), join(folder, room), { recursive: true });
    writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
    mkdirSync(join(folder, 'node_modules'));
    for (const name of readdirSync(join(root, 'node_modules'))) {
      if (name !== 'pkcs11js' && !name.startsWith('.'))
        symlinkSync(join(root, 'node_modules', name), join(folder, 'node_modules', name));
    }
    const entry = join(folder, 'native/host/main.ts');
    const fault: unknown = await startDriver({
      driver: 'pkcs11',
      config: { module: '/usr/lib/x.so' },
      entry,
    }).catch((cause: unknown) => cause);
    expect(fault).toMatchObject({ code: 'driver_missing' });
    expect((fault as { detail: string }).detail).toContain('pkcs11js');
    const driver = await startDriver({ driver: 'security-key', config: { devices: [] }, entry });
    open.push(driver);
    expect(await driver.call('list', {}, options())).toEqual({ devices: [] });
  });
});

describe('keeping a driver', () => {
  /** Drivers that are nothing but their end. */
  function factory(): {
    start: () => Promise<Driver<'security-key'>>;
    starts: number[];
    end: () => void;
    fail: boolean;
    time: { now: number };
  } {
    const made = { starts: [] as number[], end: (): void => undefined, fail: false, time: { now: 0 } };
    const start = async (): Promise<Driver<'security-key'>> => {
      made.starts.push(made.time.now);
      if (made.fail) throw new Error('no');
      const exited = new Promise<{ code: number; signal: null }>((resolve) => {
        made.end = () => resolve({ code: 1, signal: null });
      });
      return {
        driver: 'security-key',
        exited,
        call: () => Promise.reject(new Error('not here')),
        close: async () => made.end(),
      };
    };
    return Object.assign(made, { start });
  }
  const tick = (): Promise<void> =>
    new Promise((resolve) => {
      setImmediate(resolve);
    });

  test('it starts once for all, again after an end, and waits longer each time', async () => {
    const drivers = factory();
    const waits: number[] = [];
    const sleep = async (ms: number): Promise<void> => {
      waits.push(ms);
      drivers.time.now += ms;
    };
    const kept = keepDriver(drivers.start, { clock: () => drivers.time.now, sleep });
    const [a, b] = await Promise.all([kept.get(), kept.get()]);
    expect(a).toBe(b);
    for (let n = 0; n < 9; n++) {
      drivers.end();
      await tick();
      await kept.get();
    }
    expect(waits).toEqual([250, 500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
    expect(drivers.starts.length).toBe(10);
    drivers.time.now += 60_000;
    drivers.end();
    await tick();
    await kept.get();
    expect(waits.at(-1)).toBe(250);
    await kept.close();
    await expect(kept.get()).toRejectCode('driver_exited');
  });

  test('a start that fails is told to all who waited, and is not tried again by itself', async () => {
    const drivers = factory();
    drivers.fail = true;
    const kept = keepDriver(drivers.start, { clock: () => drivers.time.now, sleep: async () => undefined });
    const both = await Promise.allSettled([kept.get(), kept.get()]);
    expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    await tick();
    expect(drivers.starts.length).toBe(1);
    drivers.fail = false;
    await kept.get();
    expect(drivers.starts.length).toBe(2);
    await kept.close();
  });

  test('a real one comes back after a kill', async () => {
    const kept = keepDriver(() => start(), {
      clock: () => performance.now(),
      sleep: () => Promise.resolve(),
    });
    const first = (await kept.get()) as ProcessDriver<'security-key'>;
    process.kill(first.pid ?? 0, 'SIGKILL');
    await first.exited;
    await tick();
    const second = await kept.get();
    expect(second).not.toBe(first);
    expect((await second.call('list', {}, options())).devices.length).toBe(1);
    await kept.close();
  });
});
