// RFC 7512 URIs and ECDSA forms, without any token.
import fc from 'fast-check';
import { createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { publicKeyOf, toDer } from '../../native/pkcs11/ecdsa.ts';
import { cryptokiFault } from '../../native/pkcs11/errors.ts';
import { keyUri, parseKeyUri } from '../../native/pkcs11/uri.ts';
import { count } from '../support/counts.ts';

describe('PKCS#11 URIs', () => {
  test('a full one is read', () => {
    const uri =
      'pkcs11:token=The%20Software%20Token;manufacturer=Snake%20Oil,%20Inc.;model=1.0;serial=DECC0401;object=my-key;type=private;id=%69%95%3E%5C';
    expect(parseKeyUri(uri)).toEqual({
      token: 'The Software Token',
      manufacturer: 'Snake Oil, Inc.',
      model: '1.0',
      serial: 'DECC0401',
      object: 'my-key',
      id: Uint8Array.of(0x69, 0x95, 0x3e, 0x5c),
    });
  });

  test.each([
    ['another scheme', 'pkcs12:serial=1;id=%01'],
    ['nothing', 'pkcs11:'],
    ['no id', 'pkcs11:serial=1'],
    ['an empty id', 'pkcs11:serial=1;id='],
    ['no serial', 'pkcs11:id=%01'],
    ['an empty serial', 'pkcs11:serial=;id=%01'],
    ['a name twice', 'pkcs11:serial=1;serial=1;id=%01'],
    ['an id twice', 'pkcs11:serial=1;id=%01;id=%02'],
    ['an unknown attribute', 'pkcs11:serial=1;id=%01;colour=red'],
    ['a slot number', 'pkcs11:serial=1;id=%01;slot-id=0'],
    ['a public key', 'pkcs11:serial=1;id=%01;type=public'],
    ['a PIN', 'pkcs11:serial=1;id=%01?pin-value=1234'],
    ['a PIN source', 'pkcs11:serial=1;id=%01?pin-source=file:/etc/pin'],
    ['a module path', 'pkcs11:serial=1;id=%01?module-path=/tmp/evil.so'],
    ['a PIN among the attributes', 'pkcs11:serial=1;id=%01;pin-value=1234'],
    ['half an escape', 'pkcs11:serial=1;id=%0'],
    ['no hex', 'pkcs11:serial=1;id=%zz'],
    ['a blank', 'pkcs11:serial=1 2;id=%01'],
    ['a trailing semicolon', 'pkcs11:serial=1;id=%01;'],
    ['text that is not UTF-8', 'pkcs11:serial=%ff;id=%01'],
  ])('%s is refused, and not repeated', (_name, uri) => {
    expect(() => parseKeyUri(uri)).toThrowCode('call_invalid');
    expect(() => parseKeyUri(uri)).not.toThrow(/1234/);
  });

  test('what is written is read again', () => {
    const serials = fc.string({ minLength: 1, maxLength: 16, unit: 'grapheme' });
    fc.assert(
      fc.property(serials, fc.uint8Array({ minLength: 1, maxLength: 64 }), (serial, id) => {
        expect(parseKeyUri(keyUri(serial, id))).toEqual({ serial, id });
      }),
      { numRuns: count(2000) },
    );
  });
});

describe('ECDSA forms', () => {
  const pair = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });

  test('raw r and s become the DER that node:crypto takes', () => {
    for (let n = 0; n < count(2000); n++) {
      const message = Buffer.from(`message ${n}`);
      const raw = sign('sha256', message, { key: pair.privateKey, dsaEncoding: 'ieee-p1363' });
      expect(verify('sha256', message, pair.publicKey, toDer(raw))).toBe(true);
    }
  });

  test.each([
    ['00'.repeat(31) + '01' + '00'.repeat(31) + '02', '3006020101020102'],
    [
      '80' + '00'.repeat(31) + '7f' + '00'.repeat(31),
      `304502210080${'00'.repeat(31)}02207f${'00'.repeat(31)}`,
    ],
    ['00'.repeat(64), '3006020100020100'],
  ])('%s', (raw, der) => {
    expect(Buffer.from(toDer(Buffer.from(raw, 'hex'))).toString('hex')).toBe(der);
  });

  test.each([0, 63, 65, 96])('%i bytes are no signature', (length) => {
    expect(() => toDer(new Uint8Array(length))).toThrowCode('malformed_reply');
  });

  test('a point with and without its wrapping is the same key; others are refused', () => {
    const { x = '', y = '' } = pair.publicKey.export({ format: 'jwk' });
    const point = Buffer.concat([Buffer.of(4), Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')]);
    const wrapped = Buffer.concat([Buffer.of(4, 65), point]);
    const { spki } = publicKeyOf(wrapped);
    expect(publicKeyOf(point).spki).toBe(spki);
    expect(
      createPublicKey({ key: Buffer.from(spki, 'base64'), format: 'der', type: 'spki' }).equals(
        pair.publicKey,
      ),
    ).toBe(true);
    const off = Buffer.from(wrapped);
    off[40] = (off[40] ?? 0) ^ 1;
    for (const bad of [off, wrapped.subarray(1, 60), new Uint8Array(0), Buffer.alloc(67, 4)]) {
      expect(() => publicKeyOf(bad)).toThrowCode('malformed_reply');
    }
  });
});

describe('return values', () => {
  test('each is a fault that keeps its number; a foreign message is not passed on', () => {
    for (const value of [1, 2, 5, 0x11, 0x30, 0x32, 0xa0, 0xa4, 0xb3, 0xe0, 0x101, 0x1b8, 0x80000000]) {
      const fault = cryptokiFault(Object.assign(new Error('secret 1234'), { code: value }), 'C_Login');
      expect(fault.status).toBe(value);
      expect(fault.message).not.toContain('1234');
    }
    expect(cryptokiFault(new TypeError('boom'), 'C_Login')).toMatchObject({ code: 'driver_failed' });
  });
});
