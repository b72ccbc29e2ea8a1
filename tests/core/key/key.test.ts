// Key ids, PEM and SubjectPublicKeyInfo: agreement with node and cosign, and refusal of every unusual encoding.
import { createHash, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { fromBase64, toBase64 } from '../../../core/bytes/base64.ts';
import { fromHex, toHex } from '../../../core/bytes/hex.ts';
import { PublicKey } from '../../../core/key/crypto.ts';
import { keyId } from '../../../core/key/keyid.ts';
import { algorithmOf, fromPem, toPem } from '../../../core/key/pem.ts';
import { ed25519Spki, rawKey } from '../../../core/key/spki.ts';
import { nodeCrypto } from '../../../ports/crypto.ts';
import { ed25519Key, flipBit, p256Key, rsaKey } from '../../support/signing.ts';
import { vectorBytes, vectorJson } from '../../support/vectors.ts';

const keys = [p256Key(), ed25519Key(), rsaKey()].map(({ key }) => key);

describe.each(keys.map((key) => [key.alg, key] as const))('%s', (alg, key) => {
  test('PEM is as node writes it, and comes back', () => {
    const object = createPublicKey({ key: Buffer.from(key.spki, 'base64'), format: 'der', type: 'spki' });
    expect(toPem(key)).toBe(object.export({ format: 'pem', type: 'spki' }));
    expect(fromPem(toPem(key))).toEqual(key);
    expect(fromPem(`\r\n${toPem(key).replaceAll('\n', '\r\n')}\r\n`)).toEqual(key);
    expect(PublicKey.safeParse(fromPem(toPem(key))).success).toBe(true);
  });

  test('algorithm and id', () => {
    expect(algorithmOf(fromBase64(key.spki))).toBe(alg);
    expect(keyId(nodeCrypto, key)).toBe(createHash('sha256').update(key.spki, 'base64').digest('base64'));
  });

  test('every cut, every added byte and every flip in the header refuses', () => {
    const spki = fromBase64(key.spki);
    for (let length = 0; length < spki.length; length++) {
      expect(() => algorithmOf(spki.subarray(0, length))).toThrowCode('key_unknown');
    }
    expect(() => algorithmOf(Uint8Array.from([...spki, 0]))).toThrowCode('key_unknown');
    const header = alg === 'rsa-pkcs1-sha256' ? 24 : alg === 'ed25519' ? 12 : 27;
    for (let bit = 0; bit < header * 8; bit++) {
      expect(() => algorithmOf(flipBit(spki, bit)), `bit ${bit}`).toThrowCode('key_unknown');
    }
  });
});

describe('other keys are refused', () => {
  const spkiOf = (type: 'ec', namedCurve: string): Uint8Array =>
    generateKeyPairSync(type, { namedCurve }).publicKey.export({ format: 'der', type: 'spki' });

  test.each(['P-384', 'P-521', 'secp256k1'])('%s', (curve) => {
    expect(() => algorithmOf(spkiOf('ec', curve))).toThrowCode('key_unknown');
  });

  test('Ed448, X25519 and RSA-PSS', () => {
    const others = [
      generateKeyPairSync('ed448').publicKey,
      generateKeyPairSync('x25519').publicKey,
      generateKeyPairSync('rsa-pss', { modulusLength: 2048 }).publicKey,
    ];
    for (const other of others) {
      expect(() => algorithmOf(other.export({ format: 'der', type: 'spki' }))).toThrowCode('key_unknown');
    }
  });

  test('a compressed point, which would give the key a second id', () => {
    const { key } = p256Key();
    const point = rawKey(key);
    const compressed = `3039301306072a8648ce3d020106082a8648ce3d030107032200${(point[64] ?? 0) % 2 ? '03' : '02'}${toHex(point.subarray(1, 33))}`;
    expect(
      createPublicKey({ key: Buffer.from(compressed, 'hex'), format: 'der', type: 'spki' }).asymmetricKeyType,
    ).toBe('ec');
    expect(() => algorithmOf(fromHex(compressed))).toThrowCode('key_unknown');
  });

  test('a long form of a length', () => {
    const raw = toHex(rawKey(ed25519Key().key));
    expect(algorithmOf(fromHex(`302a300506032b6570032100${raw}`))).toBe('ed25519');
    expect(() => algorithmOf(fromHex(`30812a300506032b6570032100${raw}`))).toThrowCode('key_unknown');
    expect(() => algorithmOf(fromHex(`3080300506032b6570032100${raw}0000`))).toThrowCode('key_unknown');
  });
});

describe('PEM', () => {
  test.each([
    ['nothing', ''],
    ['a private key', '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n'],
    ['two keys', keys.map(toPem).join('')],
    ['text before it', `x${toPem(p256Key().key)}`],
    ['blanks inside', toPem(p256Key().key).replace('A', ' A')],
    ['an endless one', `-----BEGIN PUBLIC KEY-----\n${'A'.repeat(10_000)}\n-----END PUBLIC KEY-----\n`],
  ])('refuses %s', (_, text) => expect(() => fromPem(text)).toThrowCode('encoding'));

  test('refuses a certificate under the wrong label', () => {
    expect(() => fromPem('-----BEGIN PUBLIC KEY-----\nMAMCAQE=\n-----END PUBLIC KEY-----')).toThrowCode(
      'key_unknown',
    );
  });
});

describe('raw keys', () => {
  test('an Ed25519 key and back', () => {
    const { key } = ed25519Key();
    expect(toBase64(ed25519Spki(rawKey(key)))).toBe(key.spki);
    expect(() => ed25519Spki(new Uint8Array(31))).toThrowCode('key_unknown');
  });

  test('refuses an alg that the key is not for', () => {
    expect(() => rawKey({ ...p256Key().key, alg: 'ed25519' })).toThrowCode('key_unknown');
  });
});

test('a key of cosign has the id that cosign wrote into its bundle', () => {
  const key = fromPem(
    new TextDecoder().decode(vectorBytes('sigstore-conformance/managed-key-happy-path/key.pub')),
  );
  const bundle = vectorJson('sigstore-conformance/managed-key-happy-path/bundle.sigstore.json') as {
    verificationMaterial: { publicKey: { hint: string } };
  };
  expect(key.alg).toBe('ecdsa-p256-sha256');
  expect(keyId(nodeCrypto, key)).toBe(bundle.verificationMaterial.publicKey.hint);
});
