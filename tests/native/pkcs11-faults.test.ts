// A PKCS#11 module that fails on purpose around a real SoftHSM: one typed fault each time, nothing tried again.
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Cryptoki } from '../../native/pkcs11/cryptoki.ts';
import { handlersOf } from '../../native/pkcs11/driver.ts';
import { cryptokiFault } from '../../native/pkcs11/errors.ts';
import { Logins } from '../../native/pkcs11/logins.ts';
import { initialize, loadModule } from '../../native/pkcs11/module.ts';
import { keyUri } from '../../native/pkcs11/uri.ts';
import { failingModule, type ModuleFault } from '../../native/replay/failing-module.ts';
import { needs, softhsm } from '../support/needs.ts';
import { bytesOf, operation } from './devices.ts';
import { USER_PIN, tokenStore, type TokenStore } from './softhsm-token.ts';

const algorithm = 'ecdsa-p256-sha256' as const;
const id = (...bytes: number[]): Uint8Array => Uint8Array.from(bytes);
const pin = (): Uint8Array => bytesOf(USER_PIN);

needs('softhsm', softhsm)('a PKCS#11 module that fails on purpose', () => {
  let store: TokenStore;
  let serial: string;
  let real: Cryptoki;
  const before = process.env['SOFTHSM2_CONF'];
  beforeAll(async () => {
    store = tokenStore();
    serial = store.token('officer');
    store.tool('officer', '--keypairgen', '--key-type', 'EC:prime256v1', '--id', '01', '--label', 'release');
    process.env['SOFTHSM2_CONF'] = store.env['SOFTHSM2_CONF'];
    real = (await loadModule({ module: store.library })).cryptoki;
  });
  afterAll(() => {
    real.C_Finalize();
    store.remove();
    if (before === undefined) delete process.env['SOFTHSM2_CONF'];
    else process.env['SOFTHSM2_CONF'] = before;
  });

  const context = (asked: unknown[] = []) => ({
    operation: operation(5000),
    askPin: async (wanted: unknown) => {
      asked.push(wanted);
      return pin();
    },
    askTouch: async () => false,
  });
  const signWith = (fault: ModuleFault | undefined, keep = false, calls = new Map<string, number>()) => {
    const cryptoki = failingModule(real, fault, calls);
    const logins = new Logins(cryptoki, keep);
    const handlers = handlersOf({ cryptoki, sha256: '' }, logins);
    return {
      logins,
      sign: () => handlers.sign({ key: keyUri(serial, id(1)), message: id(1), algorithm }, context()),
    };
  };

  const functions: ModuleFault['call'][] = [
    'C_GetSlotList',
    'C_GetTokenInfo',
    'C_OpenSession',
    'C_Login',
    'C_FindObjectsInit',
    'C_FindObjects',
    'C_GetAttributeValue',
    'C_GetMechanismInfo',
    'C_SignInit',
    'C_SignAsync',
  ];
  const values: [number, string][] = [
    [0x02, 'pkcs11_status'], // HOST_MEMORY
    [0x05, 'pkcs11_status'], // GENERAL_ERROR
    [0x30, 'pkcs11_status'], // DEVICE_ERROR
    [0x32, 'device_gone'], // DEVICE_REMOVED
    [0x54, 'device_unsuitable'], // FUNCTION_NOT_SUPPORTED
    [0xa4, 'pin_blocked'], // PIN_LOCKED
    [0xb3, 'device_gone'], // SESSION_HANDLE_INVALID
    [0x101, 'pin_required'], // USER_NOT_LOGGED_IN
    [0x80000001, 'pkcs11_status'], // a vendor's own
  ];
  test.each(functions)(
    '%s failing in each way ends in one typed fault, once, and the next signature is good',
    async (call) => {
      for (const [value, code] of values) {
        for (const keep of [false, true]) {
          const calls = new Map<string, number>();
          const { sign, logins } = signWith({ call, value, times: 1 }, keep, calls);
          const gone = call === 'C_GetTokenInfo' && value === 0x32;
          const fault: unknown = await sign().catch((cause: unknown) => cause);
          expect(fault, `${call} ${value}`).toMatchObject({ code: gone ? 'device_not_found' : code });
          if (!gone) expect(fault).toHaveProperty('status', value);
          expect(calls.get('C_SignAsync') ?? 0).toBeLessThanOrEqual(1);
          expect((await sign()).signature.length).toBeGreaterThan(60);
          await logins.bare(context(), (cryptoki) => {
            for (const slot of cryptoki.C_GetSlotList(true)) cryptoki.C_CloseAllSessions(slot);
          });
        }
      }
    },
  );

  test('an initialized library is fine; one that cannot lock is initialized without', () => {
    expect(() => initialize(real)).not.toThrow();
    const cannotLock = failingModule(real, { call: 'C_Initialize', value: 0x0a, times: 1 });
    expect(() => initialize(cannotLock)).not.toThrow();
    expect(() => initialize(failingModule(real, { call: 'C_Initialize', value: 0x0a }))).toThrowCode(
      'pkcs11_status',
    );
    expect(() => initialize(failingModule(real, { call: 'C_Initialize', value: 0x05 }))).toThrowCode(
      'pkcs11_status',
    );
  });

  test('an error that names its number only in its text is understood', () => {
    const nowhere = { cryptoki: real, handle: Buffer.alloc(8, 9) };
    let thrown: unknown;
    try {
      real.C_FindObjects(nowhere.handle, 1);
    } catch (cause) {
      thrown = cause;
    }
    expect(thrown).not.toHaveProperty('code');
    expect(cryptokiFault(thrown, 'C_FindObjects')).toMatchObject({ code: 'device_gone', status: 0xb3 });
  });

  test('a signature that does not verify is not handed on', async () => {
    const lying = new Proxy(real, {
      get(target, name) {
        if (name === 'C_SignAsync') return async () => Buffer.alloc(64, 1);
        if (name === 'C_SignInit') return () => undefined;
        const member: unknown = Reflect.get(target, name);
        return typeof member === 'function' ? (member as (...p: unknown[]) => unknown).bind(target) : member;
      },
    });
    const logins = new Logins(lying, false);
    const handlers = handlersOf({ cryptoki: lying, sha256: '' }, logins);
    await expect(
      handlers.sign({ key: keyUri(serial, id(1)), message: id(1), algorithm }, context()),
    ).toRejectCode('signature_wrong');
  });

  test.each<[number, string, unknown]>([
    [0x40000, 'pin_blocked', undefined],
    [0x20000, '', { finalTry: true }],
    [0x10000, '', { countLow: true }],
    [0x100, 'device_unsuitable', undefined],
  ])('token flag 0x%s is read before the PIN is asked for', async (flag, code, told) => {
    const flagged = new Proxy(real, {
      get(target, name) {
        const member: unknown = Reflect.get(target, name);
        if (name === 'C_GetTokenInfo') {
          return (slot: Buffer) => {
            const info = target.C_GetTokenInfo(slot);
            return { ...info, flags: info.flags | flag };
          };
        }
        return typeof member === 'function' ? (member as (...p: unknown[]) => unknown).bind(target) : member;
      },
    });
    const asked: unknown[] = [];
    const handlers = handlersOf({ cryptoki: flagged, sha256: '' }, new Logins(flagged, false));
    const signing = handlers.sign({ key: keyUri(serial, id(1)), message: id(1), algorithm }, context(asked));
    if (code) {
      await expect(signing).toRejectCode(code);
      expect(asked).toEqual([]);
    } else {
      await signing;
      expect(asked).toEqual([expect.objectContaining(told as object)]);
    }
  });

  test('a key that could leave is destroyed again', async () => {
    const calls = new Map<string, number>();
    const weak = new Proxy(failingModule(real, undefined, calls), {
      get(target, name) {
        const member: unknown = Reflect.get(target, name);
        if (name !== 'C_GetAttributeValue') return member;
        return (session: Buffer, object: Buffer, template: { type: number }[]) =>
          template[0]?.type === 0x162
            ? [{ type: 0x162, value: Buffer.of(1) }]
            : (member as Cryptoki['C_GetAttributeValue'])(session, object, template);
      },
    });
    const handlers = handlersOf({ cryptoki: weak, sha256: '' }, new Logins(weak, false));
    await expect(handlers.generate({ token: serial, id: id(0x66), label: 'weak' }, context())).toRejectCode(
      'key_unprotected',
    );
    expect(calls.get('C_DestroyObject')).toBe(2);
    const { keys } = await handlers.keys({ token: serial }, context());
    expect(keys.some((key) => key.id[0] === 0x66)).toBe(false);
  });
});
