// Key providers: files with the right mode, tokens through the driver, and no signature that does not verify.
import { generateKeyPairSync } from 'node:crypto';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Directory } from '../../../core/directory/directory.ts';
import type { PublicKey } from '../../../core/key/crypto.ts';
import { nodeCrypto } from '../../../ports/crypto.ts';
import { startDriver } from '../../../ports/driver.ts';
import type { KeyProvider } from '../../../signer/desk/ports.ts';
import { checkedKeys } from '../../../signer/keys/checked.ts';
import { openFileKeys } from '../../../signer/keys/file.ts';
import { openPkcs11Keys } from '../../../signer/keys/pkcs11.ts';
import { readPin } from '../../../ports/private-file.ts';
import { tokenStore, USER_PIN, type TokenStore } from '../../native/softhsm-token.ts';
import { needs, softhsm } from '../../support/needs.ts';
import { makeWorld } from '../../support/world.ts';

const MESSAGE = Buffer.from('DSSEv1 ...');
let dir: string;
beforeEach(async () => void (dir = await mkdtemp(join(tmpdir(), 'signer-keys-'))));
afterEach(() => rm(dir, { recursive: true, force: true }));

describe('files', () => {
  const pem = (type: 'ec' | 'ed25519') => {
    const pair =
      type === 'ec'
        ? generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
        : generateKeyPairSync('ed25519');
    const spki = pair.publicKey.export({ format: 'der', type: 'spki' }).toString('base64');
    return { text: pair.privateKey.export({ format: 'pem', type: 'pkcs8' }), spki };
  };

  test('P-256 and Ed25519, by the name of the file', async () => {
    const [a, b] = [pem('ec'), pem('ed25519')];
    await writeFile(join(dir, 'release.pem'), a.text, { mode: 0o600 });
    await writeFile(join(dir, 'log.pem'), b.text, { mode: 0o600 });
    await writeFile(join(dir, 'README'), 'not a key', { mode: 0o644 });
    const keys = await openFileKeys(dir);
    expect(
      ['file:release', 'file:log', 'file:README', 'file:../log'].map((name) => keys.holds(name)),
    ).toEqual([true, true, false, false]);
    const ecdsa = await keys.sign('file:release', MESSAGE);
    expect(nodeCrypto.verify({ alg: 'ecdsa-p256-sha256', spki: a.spki }, MESSAGE, ecdsa)).toBe(true);
    const eddsa = await keys.sign('file:log', MESSAGE);
    expect(eddsa).toHaveLength(64);
    expect(nodeCrypto.verify({ alg: 'ed25519', spki: b.spki }, MESSAGE, eddsa)).toBe(true);
    await expect(keys.sign('file:none', MESSAGE)).toRejectCode('key_unavailable');
    await keys.close();
    await expect(keys.sign('file:log', MESSAGE)).toRejectCode('key_unavailable');
  });

  test('refused: readable by others, not a key, another curve, no directory', async () => {
    const path = join(dir, 'a.pem');
    await writeFile(path, pem('ec').text, { mode: 0o600 });
    await chmod(path, 0o640);
    await expect(openFileKeys(dir)).toRejectCode('file_malformed');
    await chmod(path, 0o600);
    await writeFile(path, 'no key');
    await expect(openFileKeys(dir)).toRejectCode('file_malformed');
    await writeFile(
      path,
      generateKeyPairSync('ec', { namedCurve: 'secp384r1' }).privateKey.export({
        format: 'pem',
        type: 'pkcs8',
      }),
    );
    await expect(openFileKeys(dir)).toRejectCode('file_malformed');
    await expect(openFileKeys(join(dir, 'none'))).toRejectCode('file_missing');
  });

  test('a PIN file: without its line end, 0600, not empty', async () => {
    const path = join(dir, 'pin');
    await writeFile(path, '1234\r\n', { mode: 0o600 });
    expect(Buffer.from(await readPin(path)).toString()).toBe('1234');
    await chmod(path, 0o604);
    await expect(readPin(path)).toRejectCode('file_malformed');
    await chmod(path, 0o600);
    await writeFile(path, '\n');
    await expect(readPin(path)).toRejectCode('file_malformed');
    await expect(readPin(join(dir, 'none'))).toRejectCode('file_missing');
  });
});

describe('checked', () => {
  const world = makeWorld();
  const provider = (sign: KeyProvider['sign']): KeyProvider => ({
    holds: (name) => name === 'file:release',
    sign,
    close: async () => undefined,
  });

  test('a signature by another key, a garbled one, and a provider that throws are key_unavailable', async () => {
    const other = provider(async (_name, message) => world.keys['file:log']!.sign(message));
    await expect(
      checkedKeys(nodeCrypto, () => world.directory, [other]).sign('file:release', MESSAGE),
    ).toRejectCode('key_unavailable');
    const garbled = provider(async () => new Uint8Array(3));
    await expect(
      checkedKeys(nodeCrypto, () => world.directory, [garbled]).sign('file:release', MESSAGE),
    ).toRejectCode('key_unavailable');
    const broken = provider(async () => Promise.reject(new Error('gone')));
    await expect(
      checkedKeys(nodeCrypto, () => world.directory, [broken]).sign('file:release', MESSAGE),
    ).toRejectCode('key_unavailable');
    await expect(
      checkedKeys(nodeCrypto, () => world.directory, []).sign('file:release', MESSAGE),
    ).toRejectCode('key_unavailable');
  });

  test('a good one comes through', async () => {
    const good = provider(async (name, message) => world.keys[name]!.sign(message));
    const signature = await checkedKeys(nodeCrypto, () => world.directory, [good]).sign(
      'file:release',
      MESSAGE,
    );
    expect(nodeCrypto.verify(world.keys['file:release']!.key, MESSAGE, signature)).toBe(true);
  });
});

needs('softhsm', softhsm)('a token', () => {
  let tokens: TokenStore;
  let uri: string;
  let key: PublicKey;
  let serial: string;
  /** A key made by a process of its own. */
  const generate = async (id: number) => {
    const driver = await startDriver({
      driver: 'pkcs11',
      config: { module: tokens.library },
      env: tokens.env,
    });
    const pin = new Uint8Array(Buffer.from(USER_PIN));
    const made = await driver.call(
      'generate',
      { token: serial, id: Uint8Array.of(id), label: 'release' },
      { deadlineMs: 20_000, pin },
    );
    await driver.close();
    return made;
  };
  beforeAll(async () => {
    tokens = tokenStore();
    serial = tokens.token('signer');
    ({ uri, publicKey: key } = await generate(1));
  });
  afterAll(() => tokens.remove());

  const open = async (pin: string) => {
    const path = join(dir, 'pin');
    await writeFile(path, `${pin}\n`, { mode: 0o600 });
    return openPkcs11Keys({ module: tokens.library, pin: path, of: { keys: [uri] }, env: tokens.env });
  };

  test('signs through the driver with one login, many times at once', async () => {
    const keys = await open(USER_PIN);
    try {
      expect(keys.holds(uri)).toBe(true);
      expect(keys.holds('pkcs11:token=ana;id=%02')).toBe(false);
      const first = await keys.sign(uri, MESSAGE);
      await rm(join(dir, 'pin'));
      const more = await Promise.all(Array.from({ length: 10 }, () => keys.sign(uri, MESSAGE)));
      for (const signature of [first, ...more]) expect(nodeCrypto.verify(key, MESSAGE, signature)).toBe(true);
    } finally {
      await keys.close();
    }
  });

  test('as a whole signs with a key that another process made after it had logged in', async () => {
    const path = join(dir, 'pin');
    await writeFile(path, USER_PIN, { mode: 0o600 });
    const keys = openPkcs11Keys({
      module: tokens.library,
      pin: path,
      of: { token: serial },
      env: tokens.env,
    });
    try {
      expect(nodeCrypto.verify(key, MESSAGE, await keys.sign(uri, MESSAGE))).toBe(true);
      const later = uri.replace('id=%01', 'id=%02');
      await expect(keys.sign(later, MESSAGE)).toRejectCode('key_not_found');
      const made = await generate(2);
      expect(made.uri).toBe(later);
      expect(nodeCrypto.verify(made.publicKey, MESSAGE, await keys.sign(later, MESSAGE))).toBe(true);
    } finally {
      await keys.close();
    }
  });

  test.each([
    ['pkcs11:id=%01;serial=SERIAL', true],
    ['pkcs11:serial=%53ERIAL;id=%01', true],
    ['pkcs11:serial=SERIA;id=%01', false],
    ['pkcs11:serial=SERIAL;serial=SERIAL;id=%01', false],
    ['pkcs11:token=serial=SERIAL;id=%01', false],
    ['pkcs11:serial=SERIAL%;id=%01', false],
    ['pkcs11:id=%01', false],
    ['file:serial=SERIAL', false],
    ['kms:serial=SERIAL', false],
  ])('holds %s: %s', async (name, held) => {
    const keys = openPkcs11Keys({ module: '/nowhere.so', pin: '/nowhere', of: { token: 'SERIAL' } });
    expect(keys.holds(name)).toBe(held);
    if (!held) await expect(keys.sign(name, MESSAGE)).toRejectCode('key_unavailable');
    await keys.close();
  });

  test('a wrong PIN is tried once: the token is not locked by repeating it', async () => {
    const keys = await open('00000');
    try {
      await expect(keys.sign(uri, MESSAGE)).toRejectCode('pin_invalid');
      for (let n = 0; n < 20; n++) await expect(keys.sign(uri, MESSAGE)).toRejectCode('pin_invalid');
      await writeFile(join(dir, 'pin'), USER_PIN);
      await expect(keys.sign(uri, MESSAGE)).toRejectCode('pin_invalid'); // until somebody looks and starts it again
    } finally {
      await keys.close();
    }
    const again = await open(USER_PIN);
    try {
      expect(nodeCrypto.verify(key, MESSAGE, await again.sign(uri, MESSAGE))).toBe(true);
    } finally {
      await again.close();
    }
  });

  test('a key that is not in the token, or a module that is not there, is key_unavailable to a caller', async () => {
    const name = uri.replace('id=%01', 'id=%7f');
    const directory: Directory = structuredClone(makeWorld().directory);
    directory.keys[0] = { ...directory.keys[0]!, name, key };
    const path = join(dir, 'pin');
    await writeFile(path, USER_PIN, { mode: 0o600 });
    for (const module of [tokens.library, '/nowhere/lib.so']) {
      const keys = checkedKeys(nodeCrypto, () => directory, [
        openPkcs11Keys({ module, pin: path, of: { keys: [name] }, env: tokens.env }),
      ]);
      await expect(keys.sign(name, MESSAGE)).toRejectCode('key_unavailable');
      await keys.close();
    }
  });
});
