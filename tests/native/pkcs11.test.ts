// PKCS#11 against a real SoftHSM, in driver processes of their own.
import { verify, createPublicKey } from 'node:crypto';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { PinWanted } from '../../contract/driver/messages.ts';
import { keyUri } from '../../native/pkcs11/uri.ts';
import { startDriver, type CallOptions, type ProcessDriver } from '../../ports/driver.ts';
import { needs, softhsm } from '../support/needs.ts';
import { bytesOf } from './devices.ts';
import { USER_PIN, tokenStore, type TokenStore } from './softhsm-token.ts';

const algorithm = 'ecdsa-p256-sha256' as const;
const id = (...bytes: number[]): Uint8Array => Uint8Array.from(bytes);
const pin = (): Uint8Array => bytesOf(USER_PIN);
const options = (more: Partial<CallOptions> = {}): CallOptions => ({ deadlineMs: 10_000, pin, ...more });

const good = (spki: string, message: Uint8Array, signature: Uint8Array): boolean => {
  const key = createPublicKey({ key: Buffer.from(spki, 'base64'), format: 'der', type: 'spki' });
  return verify('sha256', message, key, signature);
};

needs('softhsm', softhsm)('a PKCS#11 driver process', () => {
  let store: TokenStore;
  let serial: string;
  const open: ProcessDriver<'pkcs11'>[] = [];
  const start = async (keepLogin = false): Promise<ProcessDriver<'pkcs11'>> => {
    const config = { module: store.library, keepLogin };
    const driver = await startDriver({ driver: 'pkcs11', config, env: store.env });
    open.push(driver);
    return driver;
  };

  beforeAll(() => {
    store = tokenStore();
    serial = store.token('officer');
    store.tool('officer', '--keypairgen', '--key-type', 'EC:prime256v1', '--id', '01', '--label', 'release');
    for (const label of ['one', 'two'])
      store.tool('officer', '--keypairgen', '--key-type', 'EC:prime256v1', '--id', '02', '--label', label);
    store.tool(
      'officer',
      '--keypairgen',
      '--key-type',
      'EC:secp384r1',
      '--id',
      '03',
      '--label',
      'other-curve',
    );
    store.tool(
      'officer',
      '--keypairgen',
      '--key-type',
      'EC:prime256v1',
      '--id',
      '04',
      '--label',
      'always',
      '--always-auth',
    );
    store.tool('officer', '--keypairgen', '--key-type', 'EC:prime256v1', '--id', '05', '--label', 'half');
    store.tool('officer', '--delete-object', '--type', 'pubkey', '--id', '05');
  });
  afterEach(async () => {
    await Promise.all(open.splice(0).map((driver) => driver.close()));
  });
  afterAll(() => store.remove());

  test('tells its tokens, its module and their keys without a PIN', async () => {
    const driver = await start();
    const { tokens } = await driver.call('tokens', {}, { deadlineMs: 5000 });
    expect(tokens).toEqual([
      expect.objectContaining({
        label: 'officer',
        serial,
        manufacturer: 'SoftHSM project',
        pinLocked: false,
        protectedAuthPath: false,
      }),
    ]);
    expect(await driver.call('module', {}, { deadlineMs: 5000 })).toMatchObject({ manufacturer: 'SoftHSM' });
    const { keys } = await driver.call('keys', { token: serial }, { deadlineMs: 5000 });
    expect(keys.map((key) => key.uri).sort()).toEqual(
      ['01', '02', '02', '04'].map((hex) => `pkcs11:serial=${serial};id=%${hex};type=private`),
    );
  });

  test('signs; the signature is DER, verifies with node:crypto, and the PIN is asked for each time', async () => {
    const driver = await start();
    let asked = 0;
    const counting = (wanted: PinWanted): Uint8Array => {
      expect(wanted).toMatchObject({ purpose: 'current', countLow: false, finalTry: false });
      asked++;
      return pin();
    };
    for (const message of [bytesOf('one'), new Uint8Array(2_000_000).fill(7)]) {
      const input = { key: keyUri(serial, id(1)), message, algorithm };
      const { signature, publicKey } = await driver.call('sign', input, options({ pin: counting }));
      expect(good(publicKey.spki, message, signature)).toBe(true);
      expect(good(publicKey.spki, bytesOf('other'), signature)).toBe(false);
    }
    expect(asked).toBe(2);
  });

  test('a kept login signs many with one PIN, also at once', async () => {
    const driver = await start(true);
    let asked = 0;
    const once = (): Uint8Array => (asked++, pin());
    const sign = (n: number) =>
      driver.call(
        'sign',
        { key: keyUri(serial, id(1)), message: bytesOf(`m${n}`), algorithm },
        options({ pin: once }),
      );
    await sign(0);
    const many = await Promise.all(Array.from({ length: 200 }, (_, n) => sign(n)));
    expect(asked).toBe(1);
    expect(
      many.every(({ signature, publicKey }, n) => good(publicKey.spki, bytesOf(`m${n}`), signature)),
    ).toBe(true);
    // and what a fault breaks, the login does not
    await expect(
      driver.call('sign', { key: keyUri(serial, id(9)), message: id(1), algorithm }, options()),
    ).toRejectCode('key_not_found');
    await sign(1);
    expect(asked).toBe(1);
  });

  test('a key that wants a login for each signature gets one, even where a login is kept', async () => {
    const driver = await start(true);
    let asked = 0;
    const counting = (): Uint8Array => (asked++, pin());
    const sign = (key: number) =>
      driver.call(
        'sign',
        { key: keyUri(serial, id(key)), message: id(1), algorithm },
        options({ pin: counting }),
      );
    await sign(4);
    expect(asked).toBe(1);
    await sign(4);
    expect(asked).toBe(2);
    await sign(1);
    expect(asked).toBe(2);
    const wrong = driver.call(
      'sign',
      { key: keyUri(serial, id(4)), message: id(1), algorithm },
      options({ pin: () => bytesOf('11111') }),
    );
    await expect(wrong).toRejectCode('pin_invalid');
    await sign(1);
    await sign(4);
  });

  test('the wrong PIN says so, keeps its number, and is in nothing that comes back', async () => {
    const driver = await start();
    const input = { key: keyUri(serial, id(1)), message: id(1), algorithm };
    const fault: unknown = await driver
      .call('sign', input, options({ pin: () => bytesOf('99887766') }))
      .catch((cause: unknown) => cause);
    expect(fault).toMatchObject({ code: 'pin_invalid', status: 0xa0 });
    expect(JSON.stringify(fault) + String((fault as Error).stack)).not.toContain('99887766');
    await expect(driver.call('sign', input, { deadlineMs: 5000 })).toRejectCode('pin_required');
    await driver.call('sign', input, options());
  });

  test.each<[string, string, string]>([
    ['a missing key', 'id=%77', 'key_not_found'],
    ['two keys with one id', 'id=%02', 'key_ambiguous'],
    ['a key on another curve', 'id=%03', 'device_unsuitable'],
    ['a private key without its public one', 'id=%05', 'key_not_found'],
    ['another label', 'id=%01;object=other', 'key_not_found'],
  ])('%s is told', async (_name, attributes, code) => {
    const driver = await start();
    const key = `pkcs11:serial=${serial};${attributes}`;
    await expect(driver.call('sign', { key, message: id(1), algorithm }, options())).toRejectCode(code);
  });

  test('two keys with one id: the label does not help when the public keys are two as well', async () => {
    const driver = await start();
    const key = `pkcs11:serial=${serial};id=%02;object=one`;
    await expect(driver.call('sign', { key, message: id(1), algorithm }, options())).toRejectCode(
      'key_ambiguous',
    );
  });

  test('another token, or another label of the token, is not found', async () => {
    const driver = await start();
    const sign = (key: string) => driver.call('sign', { key, message: id(1), algorithm }, options());
    await expect(sign('pkcs11:serial=ffff;id=%01')).toRejectCode('device_not_found');
    await expect(sign(`pkcs11:token=other;serial=${serial};id=%01`)).toRejectCode('device_not_found');
    await sign(
      `pkcs11:token=officer;manufacturer=SoftHSM%20project;serial=${serial};id=%01;object=release;type=private`,
    );
    await expect(driver.call('keys', { token: 'ffff' }, { deadlineMs: 5000 })).toRejectCode(
      'device_not_found',
    );
  });

  test('makes a key that cannot leave, and signs with it; a taken id is refused', async () => {
    const driver = await start();
    const made = await driver.call(
      'generate',
      { token: serial, id: id(0x20, 0x21), label: 'made here' },
      options(),
    );
    expect(made.attributes).toEqual({
      sensitive: true,
      alwaysSensitive: true,
      extractable: false,
      neverExtractable: true,
      local: true,
      wrap: false,
      unwrap: false,
      sign: true,
      alwaysAuthenticate: false,
    });
    const { signature } = await driver.call('sign', { key: made.uri, message: id(5), algorithm }, options());
    expect(good(made.publicKey.spki, id(5), signature)).toBe(true);
    await expect(
      driver.call('generate', { token: serial, id: id(0x20, 0x21), label: 'again' }, options()),
    ).toRejectCode('key_ambiguous');
    await expect(
      driver.call('generate', { token: serial, id: id(1), label: 'again' }, options()),
    ).toRejectCode('key_ambiguous');
  });

  test('modules that cannot be had are named in driver_missing, and no process is left', async () => {
    const tryModule = (module: string, more: object = {}) =>
      startDriver({ driver: 'pkcs11', config: { module, ...more }, env: store.env });
    await expect(tryModule('/nowhere/lib.so')).toRejectCode('driver_missing');
    await expect(tryModule('/etc/hostname')).toRejectCode('driver_missing');
    await expect(tryModule(store.library, { moduleDigest: '0'.repeat(64) })).toRejectCode('driver_missing');
    await expect(tryModule('relative.so')).toRejectCode('call_invalid');
  });

  test('the key under an id, with its attributes, under a login', async () => {
    const driver = await start();
    const under = (...bytes: number[]) => driver.call('key', { token: serial, id: id(...bytes) }, options());
    const { key } = await under(1);
    expect(key).toMatchObject({ uri: keyUri(serial, id(1)), label: 'release' });
    expect(key?.attributes).toMatchObject({ sign: true, local: true });
    expect((await under(0x77)).key).toBeNull();
    await expect(under(2)).toRejectCode('key_ambiguous');
    await expect(under(3)).toRejectCode('device_unsuitable'); // another curve
    await expect(under(5)).toRejectCode('key_not_found'); // half a pair
    const wrong = { token: serial, id: id(1) };
    await expect(driver.call('key', wrong, options({ pin: bytesOf('0000') }))).toRejectCode('pin_invalid');
  });
});
