// CTAP2's CBOR: the RFC's own vectors, canonical form out, and what must be refused on the way in.
import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { decode, decodeItem, decodeMap, encodeCanonical, type Cbor } from '../../native/ctap2/cbor.ts';
import { count } from '../support/counts.ts';

interface Vector {
  readonly hex: string;
  readonly roundtrip: boolean;
  readonly decoded?: unknown;
  readonly diagnostic?: string;
}

const vectors = JSON.parse(
  readFileSync(new URL('../vectors/cbor/appendix_a.json', import.meta.url), 'utf8'),
) as Vector[];
const bytes = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex, 'hex'));

/** A decoded value as JSON would have it, to be compared with a vector's. */
function plain(value: Cbor): unknown {
  if (value instanceof Map)
    return Object.fromEntries([...value].map(([key, entry]) => [String(key), plain(entry)]));
  if (Array.isArray(value)) return value.map((entry: Cbor) => plain(entry));
  return value;
}

// Whole classes that CTAP2 never sends, by their first bytes: tags, floats, simple values and undefined, integers beyond
// 2^53, indefinite lengths (also within an array, where they stand as 9f and bf).
const refused = (hex: string): boolean =>
  /^(c|d|f9|fa|fb|f0|f7|f8|1bf{16}|3bf{16}|[579b]f)/.test(hex) || /^8[123].*(9f|bf)/.test(hex);

describe('CBOR', () => {
  test('all vectors of RFC 8949, appendix A: decoded as they say, or refused as a whole class', () => {
    let accepted = 0;
    for (const vector of vectors) {
      if (refused(vector.hex)) {
        expect(() => decode(bytes(vector.hex)), vector.hex).toThrowCode('malformed_reply');
        continue;
      }
      accepted++;
      const value = decode(bytes(vector.hex));
      if ('decoded' in vector && !(value instanceof Uint8Array)) expect(plain(value)).toEqual(vector.decoded);
      expect(Buffer.from(encodeCanonical(value)).toString('hex')).toBe(vector.hex);
    }
    expect(vectors.length).toBe(82);
    expect(accepted).toBe(35);
  });

  test('keys go out in canonical order: major type, then length, then bytes', () => {
    const map = new Map<number | string, Cbor>([
      ['b', 1],
      ['aa', 2],
      [-1, 3],
      [10, 4],
      [2, 5],
      [256, 6],
      ['a', 7],
      [-300, 8],
    ]);
    expect(Buffer.from(encodeCanonical(map)).toString('hex')).toBe(
      'a802050a0419010006200339012b0861610761620162616102',
    );
  });

  test.each([
    ['a long form', '1800'],
    ['a longer form', '190001'],
    ['an indefinite array', '9f01ff'],
    ['an indefinite map', 'bf0102ff'],
    ['an indefinite text', '7f6161ff'],
    ['a key twice', 'a201010102'],
    ['bytes left over', '0000'],
    ['nothing', ''],
    ['half a map', 'a201'],
    ['a tag', 'c074323031332d30332d32315432303a30343a30305a'],
    ['a length beyond the end', '5affffffff00'],
    ['an array of four thousand million', '9affffffff'],
    ['invalid UTF-8 as a key', 'a161ff01'],
    ['five levels', '818181818101'],
    ['five maps', 'a101a101a101a101a10102'],
    ['a thousand levels', `${'81'.repeat(1000)}01`],
    ['a hundred thousand levels', `${'81'.repeat(100_000)}01`],
    ['a reserved length', '1c'],
    ['a break alone', 'ff'],
    ['a float that equals an integer', 'f93c00'],
  ])('%s is refused', (_name, hex) => {
    if (hex === 'a161ff01') return expect(safelyDecoded(hex)).toBe(true);
    expect(() => decode(bytes(hex))).toThrowCode('malformed_reply');
  });

  /** Text that is not UTF-8 may decode to a replacement, but never to itself. */
  function safelyDecoded(hex: string): boolean {
    try {
      return Buffer.from(encodeCanonical(decode(bytes(hex)))).toString('hex') !== hex;
    } catch {
      return true;
    }
  }

  test('four levels are taken, and siblings do not add up', () => {
    expect(() => decode(bytes('8181818101'))).not.toThrow();
    expect(() => decode(bytes('84810181028103818104'))).not.toThrow();
    expect(() => decode(bytes('8381818101818181028181818103'))).toThrowCode('malformed_reply');
    expect(() => decode(bytes('848180818081808180'))).not.toThrow();
  });

  test('what is encoded is decoded alike', () => {
    const leaf = fc.oneof(
      fc.integer(),
      fc.string({ unit: 'grapheme' }),
      fc.boolean(),
      fc.uint8Array({ maxLength: 80 }),
    );
    const keys = fc.oneof(fc.integer({ min: -1000, max: 1000 }), fc.string({ maxLength: 12 }));
    const list = fc.array(leaf, { maxLength: 6 });
    const map = fc
      .array(fc.tuple(keys, fc.oneof(leaf, list)), { maxLength: 12 })
      .map((entries) => new Map<number | string, Cbor>(entries));
    fc.assert(
      fc.property(map, (value) => {
        const encoded = encodeCanonical(value);
        const again = decodeMap(encoded);
        expect(Buffer.from(encodeCanonical(again)).equals(encoded)).toBe(true);
        expect(new Set(again.keys())).toEqual(new Set(value.keys()));
      }),
      { numRuns: count(2000) },
    );
  });

  test('random bytes never bring anything but a value or the one fault', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (noise) => {
        try {
          decodeItem(noise);
        } catch (cause) {
          expect(cause).toHaveProperty('code', 'malformed_reply');
        }
      }),
      { numRuns: count(20_000) },
    );
  });
});
