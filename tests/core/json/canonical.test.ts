// The canonical form (RFC 8785): its published vectors, what it refuses, and digests of it.
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fromUtf8, utf8 } from '../../../core/bytes/bytes.ts';
import { canonical, isCanonical, parseCanonical } from '../../../core/json/canonical.ts';
import { Digest, digestBytes, digestOf } from '../../../core/json/digest.ts';
import { parseStrict } from '../../../core/json/parse.ts';
import { nodeCrypto } from '../../../ports/crypto.ts';
import { count } from '../../support/counts.ts';
import { vectorBytes, vectorNames } from '../../support/vectors.ts';

const names = vectorNames('jcs/input');

describe('vectors of RFC 8785', () => {
  test('all six are here', () => expect(names).toHaveLength(6));

  test.each(names)('%s', (name) => {
    const value = parseStrict(vectorBytes(`jcs/input/${name}`), { numbers: 'double' });
    const expected = vectorBytes(`jcs/output/${name}`);
    expect(fromUtf8(canonical(value))).toBe(fromUtf8(expected));
    expect(isCanonical(expected)).toBe(true);
    expect(isCanonical(vectorBytes(`jcs/input/${name}`))).toBe(false);
  });

  // RFC 8785, appendix B: IEEE 754 bits and the text of the number.
  test.each([
    ['0000000000000001', '5e-324'],
    ['7fefffffffffffff', '1.7976931348623157e+308'],
    ['4340000000000000', '9007199254740992'],
    ['4430000000000000', '295147905179352830000'],
    ['44b52d02c7e14af6', '1e+23'],
    ['44b52d02c7e14af5', '9.999999999999997e+22'],
    ['3eb0c6f7a0b5ed8d', '0.000001'],
    ['41b3de4355555553', '333333333.3333332'],
  ])('double %s is %s', (bits, text) => {
    const value = Buffer.from(bits, 'hex').readDoubleBE();
    expect(fromUtf8(canonical([value]))).toBe(`[${text}]`);
    expect(parseCanonical(utf8(text))).toBe(value);
  });
});

describe('refused', () => {
  class Thing {
    a = 1;
  }
  const cycle: { self?: unknown } = {};
  cycle.self = cycle;
  const hostile: [string, unknown, string][] = [
    ['undefined', undefined, 'json_malformed'],
    ['an undefined member', { a: undefined }, 'json_malformed'],
    ['an undefined item', [undefined], 'json_malformed'],
    ['a hole', Array(2), 'json_malformed'],
    ['a function', { a: () => 1 }, 'json_malformed'],
    ['toJSON', { toJSON: () => 1 }, 'json_malformed'],
    ['a symbol', [Symbol('a')], 'json_malformed'],
    ['a bigint', { a: 1n }, 'json_malformed'],
    ['a date', { a: new Date(0) }, 'json_malformed'],
    ['bytes', { a: new Uint8Array(2) }, 'json_malformed'],
    ['a map', new Map(), 'json_malformed'],
    ['an instance', new Thing(), 'json_malformed'],
    ['a boxed number', [Object(1)], 'json_malformed'],
    ['a lone surrogate', ['\ud800'], 'json_malformed'],
    ['a lone surrogate in a key', { '\udc00': 1 }, 'json_malformed'],
    ['-0', [-0], 'json_number_unsafe'],
    ['NaN', [Number.NaN], 'json_number_unsafe'],
    ['infinity', { a: Number.POSITIVE_INFINITY }, 'json_number_unsafe'],
    ['a cycle', cycle, 'json_too_deep'],
  ];
  test.each(hostile)('%s', (_, value, code) => expect(() => canonical(value as object)).toThrowCode(code));
});

describe('canonical form', () => {
  test('is strict JSON of the same value, whatever the order of members', () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'binary' }), (made) => {
        const value = parseStrict(utf8(JSON.stringify(made)));
        const bytes = canonical(value);
        expect(parseCanonical(bytes)).toEqual(value);
        if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
          const turned = Object.fromEntries(Object.entries(value).reverse());
          expect(canonical(turned)).toEqual(bytes);
        }
      }),
      { numRuns: count(3000) },
    );
  });

  test('orders keys by UTF-16 unit and keeps __proto__', () => {
    const value = parseStrict(utf8('{"\\ufb33":1,"\\ud83d\\ude00":2,"__proto__":{"b":1,"a":2},"a":3}'));
    expect(fromUtf8(canonical(value))).toBe('{"__proto__":{"a":2,"b":1},"a":3,"😀":2,"\ufb33":1}');
  });

  test.each(['{"b":1,"a":2}', '{"a": 1}', '[1.0]', '[1e2]', '["\\u0041"]', '["\\/"]', ' 1', '1\n', '[1E21]'])(
    '%s is not canonical',
    (text) => {
      expect(() => parseCanonical(utf8(text))).toThrowCode('json_not_canonical');
      expect(isCanonical(utf8(text))).toBe(false);
    },
  );

  test('bytes that are not JSON are not canonical either', () => {
    expect(isCanonical(utf8('{'))).toBe(false);
    expect(isCanonical(utf8('{"a":1,"a":1}'))).toBe(false);
    expect(() => parseCanonical(utf8('{'))).toThrowCode('json_malformed');
  });
});

describe('digests', () => {
  test('of bytes and of canonical form', () => {
    expect(digestBytes(nodeCrypto, utf8('abc'))).toBe(
      'sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    );
    expect(digestOf(nodeCrypto, { b: 1, a: 2 })).toBe(digestBytes(nodeCrypto, utf8('{"a":2,"b":1}')));
  });

  test.each([
    'sha256:',
    `sha256:${'A'.repeat(64)}`,
    `sha256:${'a'.repeat(63)}`,
    `sha512:${'a'.repeat(64)}`,
    'a'.repeat(64),
    `sha256:${'a'.repeat(64)}\n`,
  ])('schema refuses %j', (text) => expect(Digest.safeParse(text).success).toBe(false));
});
