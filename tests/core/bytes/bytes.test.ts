// Joining, comparing, hex and base64: against node's own codecs, and against texts that must not pass.
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fromBase64, fromBase64Url, toBase64, toBase64Url } from '../../../core/bytes/base64.ts';
import { compareBytes, concat, equalBytes, fromUtf8, utf8 } from '../../../core/bytes/bytes.ts';
import { fromHex, toHex } from '../../../core/bytes/hex.ts';
import { count } from '../../support/counts.ts';

const bytes = fc.uint8Array({ maxLength: 200 });
const runs = { numRuns: count(2000) };

describe('bytes', () => {
  test('concat keeps order and never aliases', () => {
    const one = Uint8Array.of(1, 2);
    const joined = concat(one, Uint8Array.of(), Uint8Array.of(3));
    one[0] = 9;
    expect([...joined]).toEqual([1, 2, 3]);
    expect(concat()).toHaveLength(0);
  });

  test('equality and order agree with Buffer', () => {
    fc.assert(
      fc.property(bytes, bytes, (a, b) => {
        expect(equalBytes(a, b)).toBe(Buffer.from(a).equals(b));
        expect(Math.sign(compareBytes(a, b))).toBe(Buffer.compare(a, b));
      }),
      runs,
    );
  });

  test('UTF-8 keeps what it can and refuses the rest', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(fromUtf8(utf8(text))).toBe(text);
      }),
      runs,
    );
    expect(fromUtf8(Uint8Array.of(0xef, 0xbb, 0xbf, 0x41))).toBe('\ufeffA');
    for (const text of ['\ud800', 'a\udc00b', '\udc00\ud800'])
      expect(() => utf8(text)).toThrowCode('encoding');
    for (const wrong of [[0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0x80], [0xe2, 0x82]]) {
      expect(() => fromUtf8(Uint8Array.from(wrong))).toThrowCode('encoding');
    }
  });
});

describe('hex', () => {
  test('agrees with Buffer', () => {
    fc.assert(
      fc.property(bytes, (b) => {
        expect(toHex(b)).toBe(Buffer.from(b).toString('hex'));
        expect(equalBytes(fromHex(toHex(b)), b)).toBe(true);
      }),
      runs,
    );
  });

  test.each(['0', 'AB', '0g', '0x', ' 00', '00 ', '0\u0660', 'é0', '\u0130\u0130'])('refuses %j', (text) => {
    expect(() => fromHex(text)).toThrowCode('encoding');
  });
});

describe('base64', () => {
  test('agrees with Buffer in both alphabets', () => {
    fc.assert(
      fc.property(bytes, (b) => {
        expect(toBase64(b)).toBe(Buffer.from(b).toString('base64'));
        expect(toBase64Url(b)).toBe(Buffer.from(b).toString('base64url'));
        expect(equalBytes(fromBase64(toBase64(b)), b)).toBe(true);
        expect(equalBytes(fromBase64Url(toBase64Url(b)), b)).toBe(true);
      }),
      runs,
    );
  });

  test('whatever it takes, it writes again unchanged', () => {
    const text = fc.string({ unit: fc.constantFrom(...'ABZaz09+/-_= \n'.split('')), maxLength: 9 });
    const once = (decode: (t: string) => Uint8Array, encode: (b: Uint8Array) => string, t: string): void => {
      let decoded: Uint8Array;
      try {
        decoded = decode(t);
      } catch {
        return;
      }
      expect(encode(decoded)).toBe(t);
    };
    fc.assert(
      fc.property(text, (t) => {
        once(fromBase64, toBase64, t);
        once(fromBase64Url, toBase64Url, t);
      }),
      { numRuns: count(20_000) },
    );
  });

  test.each([
    'A',
    'AA',
    'AAA',
    'AA=',
    'A===',
    '====',
    '=',
    'AB==',
    'AAB=',
    'AA==AAAA',
    'AA=A',
    '-_==',
    'AA\n=',
    'AAA=\n',
    ' AA=',
    'ÀAA=',
  ])('standard refuses %j', (text) => expect(() => fromBase64(text)).toThrowCode('encoding'));

  test.each(['A', 'AA==', 'AB', 'AAB', 'AA+A', 'AA/A', 'AAAAA', 'AA A', '\u0100AAA'])(
    'base64url refuses %j',
    (text) => expect(() => fromBase64Url(text)).toThrowCode('encoding'),
  );

  test('16 MiB go through in both directions', () => {
    const big = new Uint8Array(16 * 1024 * 1024).map((_, i) => i * 31);
    expect(equalBytes(fromBase64(toBase64(big)), big)).toBe(true);
  });
});
