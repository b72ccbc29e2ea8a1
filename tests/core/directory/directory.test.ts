// One key, one purpose: a directory takes no key in a form that could hide that it is another's.
import { createECDH, createPublicKey } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { parseDirectory, type Directory } from '../../../core/directory/directory.ts';
import { toBase64 } from '../../../core/bytes/base64.ts';
import { fromHex } from '../../../core/bytes/hex.ts';
import { concat } from '../../../core/bytes/bytes.ts';
import { rawKey } from '../../../core/key/spki.ts';
import type { PublicKey } from '../../../core/key/crypto.ts';
import { makeWorld } from '../../support/world.ts';
import '../../support/matchers.ts';

const world = makeWorld();
const { ana, ben } = world.people;

/** The same P-256 key with its point compressed (SEC 1, 2.3.3): another text, and OpenSSL takes it. */
function compressed(key: PublicKey): PublicKey {
  const point = createECDH('prime256v1');
  point.generateKeys();
  const short = Buffer.from(
    (Buffer.from(rawKey(key)).at(-1)! & 1 ? '03' : '02') +
      Buffer.from(rawKey(key).subarray(1, 33)).toString('hex'),
    'hex',
  );
  const spki = concat(fromHex('3039301306072a8648ce3d020106082a8648ce3d030107032200'), short);
  return { alg: key.alg, spki: toBase64(spki) };
}

const changed = (change: (next: Directory) => void) => () => {
  const next = structuredClone(world.directory);
  change(next);
  return parseDirectory(next);
};
const deviceOf = (next: Directory, id: string) => next.officers.find((o) => o.id === id)!.devices[0]!;

describe('public keys', () => {
  test('the trick works: OpenSSL reads the compressed form as the same key', () => {
    const { key } = ana.key.device;
    const der = { format: 'der', type: 'spki' } as const;
    const [a, b] = [key, compressed(key)].map(({ spki }) =>
      createPublicKey({ key: Buffer.from(spki, 'base64'), ...der }).export({ format: 'jwk' }),
    );
    expect(b).toEqual(a);
  });
  test("one officer's key as another's, in another form, is refused", () => {
    expect(changed((next) => (deviceOf(next, 'ben').key = compressed(ana.key.device.key)))).toThrowCode(
      'directory_invalid',
    );
  });
  test('a key under a wrong algorithm is refused', () => {
    expect(
      changed((next) => (deviceOf(next, 'ben').key = { alg: 'ed25519', spki: ben.key.device.key.spki })),
    ).toThrowCode('directory_invalid');
  });
});

test('a rule that names a role twice is refused', () => {
  const role = { role: 'security-officer', count: 1 };
  expect(changed((next) => (next.change = { ...next.change, roles: [role, role] }))).toThrowCode('schema');
});

test.each(['2026-13-01T00:00:00Z', '2026-02-30T00:00:00Z', '2026-11-23T24:00:00Z', '2026-11-23T12:00:60Z'])(
  'the time %s is refused',
  (issuedAt) => {
    expect(changed((next) => (next.issuedAt = issuedAt))).toThrowCode('schema');
  },
);

test.each(['pkcs11:serial=1;id=%01?pin-value=1234', 'pkcs11:serial=1;id=%01;pin-value=1234'])(
  'the key name %s, which would publish a PIN, is refused',
  (name) => {
    expect(changed((next) => (next.keys[0]!.name = name))).toThrowCode('schema');
  },
);
