// Texts made to be read in two ways, to overflow, or to lose a digit: each is refused with its code.
import { describe, expect, test } from 'vitest';
import { concat, utf8 } from '../../../core/bytes/bytes.ts';
import { parseStrict } from '../../../core/json/parse.ts';
import { parseWithSpans } from '../../../core/json/spans.ts';

const refuses = (bytes: Uint8Array, code: string): void => {
  expect(() => parseStrict(bytes)).toThrowCode(code);
  expect(() => parseWithSpans(bytes)).toThrowCode(code);
};
const raw = (...bytes: number[]): Uint8Array => concat(utf8('"'), Uint8Array.from(bytes), utf8('"'));

describe('json_malformed', () => {
  test.each([
    '',
    ' ',
    '\u0000',
    'nul',
    'nulL',
    'truee',
    'True',
    'NaN',
    'Infinity',
    '-Infinity',
    'undefined',
    "'a'",
    '"',
    '"\\',
    '"\\u',
    '"\\u12',
    '"\\x41"',
    '"\\u12G4"',
    '"\\U0041"',
    '"\t"',
    '"\n"',
    '"\u0000"',
    '"\u001f"',
    '[',
    ']',
    '{',
    '}',
    '[1',
    '[1,',
    '[1,]',
    '[,1]',
    '[1 2]',
    '[1}',
    '{"a"',
    '{"a":',
    '{"a":1',
    '{"a":1,',
    '{"a":1,}',
    '{,}',
    '{"a",1}',
    '{a:1}',
    '{1:1}',
    '{"a" "b"}',
    '{"a":1]',
    '{"a"::1}',
    '1 2',
    '{} {}',
    '[]x',
    '// c\n1',
    '/* c */1',
    '1//',
    '#',
    '01',
    '-01',
    '00',
    '+1',
    '.5',
    '1.',
    '1.e1',
    '-',
    '--1',
    '1e',
    '1e+',
    '1E-',
    '0x10',
    '1_000',
    '1,',
    '\v1',
    '\f1',
    '\u00a01',
    '\u20281',
    '\ufeff1',
    '1\ufeff',
    '1\u0000',
  ])('refuses %j', (text) => refuses(utf8(text), 'json_malformed'));

  test.each([
    '"\\ud800"',
    '"\\udc00"',
    '"\\udc00\\udc00"',
    '"\\ud800\\u0041"',
    '"\\ud800\\ud800"',
    '"\\ud83d \\ude00"',
    '"\\ud83d\\n"',
    '"\\ude00\\ud83d"',
    '{"\\udfff":1}',
  ])('refuses the lone surrogate in %j', (text) => refuses(utf8(text), 'json_malformed'));

  test.each([
    ['overlong NUL', raw(0xc0, 0x80)],
    ['overlong slash', raw(0xe0, 0x80, 0xaf)],
    ['overlong quote', raw(0xc0, 0xa2)],
    ['surrogate in UTF-8', raw(0xed, 0xa0, 0xbd)],
    ['beyond U+10FFFF', raw(0xf4, 0x90, 0x80, 0x80)],
    ['lone continuation', raw(0x80)],
    ['cut sequence', raw(0xe2, 0x82)],
    ['0xff', raw(0xff)],
    ['half an escape pair, half UTF-8', concat(utf8('"\\ud83d'), Uint8Array.of(0xed, 0xb8, 0x80), utf8('"'))],
    ['UTF-8 BOM', concat(Uint8Array.of(0xef, 0xbb, 0xbf), utf8('{}'))],
    ['UTF-16 LE', Uint8Array.of(0xff, 0xfe, 0x7b, 0, 0x7d, 0)],
    ['UTF-16 without BOM', Uint8Array.of(0x7b, 0, 0x7d, 0)],
    ['non-ASCII outside a string', utf8('[é]')],
  ])('refuses %s', (_, bytes) => refuses(bytes, 'json_malformed'));

  test('says where', () => {
    expect(() => parseStrict(utf8('{"a":1,}'))).toThrow(/at byte 7/);
    expect(() => parseStrict(utf8('{"é":01}'))).toThrow(/at byte 6/);
  });
});

describe('json_duplicate_key', () => {
  test.each([
    '{"a":1,"a":2}',
    '{"a":1,"\\u0061":2}',
    '{"\\u0061":1,"a":1}',
    '{"":1,"":1}',
    '[{"b":{"a":1,"c":2,"a":3}}]',
    '{"__proto__":1,"__proto__":2}',
    '{"__proto__":1,"\\u005f_proto__":2}',
    '{"é":1,"\\u00e9":2}',
    '{"😀":1,"\\ud83d\\ude00":2}',
    '{"0":1,"0":2}',
    '{"a/b":1,"a\\/b":2}',
  ])('refuses %s', (text) => refuses(utf8(text), 'json_duplicate_key'));

  test('but takes keys that only look alike', () => {
    const value = parseStrict(
      utf8('{"a":1,"A":2,"\\u0430":3,"e\\u0301":4,"\\u00e9":5,"constructor":6,"hasOwnProperty":7}'),
    );
    expect(Object.keys(value as object)).toHaveLength(7);
  });

  test('finds the pair among 200,000 keys', () => {
    const members = Array.from({ length: 200_000 }, (_, i) => `"k${i}":0`);
    refuses(utf8(`{${members.join(',')},"k77":1}`), 'json_duplicate_key');
  });
});

describe('json_number_unsafe', () => {
  test.each([
    '9007199254740993',
    '-9007199254740993',
    '123456789012345678',
    '1e400',
    '-1e400',
    '1e-400',
    '5e-325',
    '0.1000000000000000055511151231257827',
    '-0',
    '-0.0',
    '-0e5',
    '3.14159265358979323846',
    '1e99999999999999999999',
    '1e-99999999999999999999',
    '18446744073709551615',
    '4.35000000000000008',
  ])('refuses %s', (text) => refuses(utf8(`[${text}]`), 'json_number_unsafe'));

  test('refuses a number of a million digits without delay', () => {
    refuses(utf8(`1${'0'.repeat(1_000_000)}`), 'json_number_unsafe');
    refuses(utf8(`0.${'0'.repeat(1_000_000)}1`), 'json_number_unsafe');
    expect(parseStrict(utf8(`1.${'0'.repeat(1_000_000)}`))).toBe(1);
    expect(parseStrict(utf8(`0.${'0'.repeat(20)}1e21`))).toBe(1);
  });

  test('double rounds as JSON.parse does, but keeps no infinity', () => {
    const double = (text: string) => parseStrict(utf8(text), { numbers: 'double' });
    expect(double('9007199254740993')).toBe(9007199254740992);
    expect(double('333333333.33333329')).toBe(333333333.3333333);
    expect(double('1e-400')).toBe(0);
    expect(double('-0')).toBe(-0);
    expect(() => double('1e400')).toThrowCode('json_number_unsafe');
  });
});

describe('limits', () => {
  const nested = (depth: number): Uint8Array => utf8(`${'['.repeat(depth)}${']'.repeat(depth)}`);

  test('64 levels pass, 65 do not', () => {
    expect(parseStrict(nested(64))).toBeDefined();
    refuses(nested(65), 'json_too_deep');
    refuses(utf8(`${'{"a":'.repeat(65)}1${'}'.repeat(65)}`), 'json_too_deep');
    expect(parseStrict(utf8(`[${'[[]],'.repeat(1000)}1]`))).toHaveLength(1001);
  });

  test('a million brackets do not overflow the stack, whatever the caller allows', () => {
    for (const open of ['[', '{"a":', '[{"a":']) {
      const bytes = utf8(open.repeat(1_000_000));
      refuses(bytes, 'json_too_deep');
      expect(() => parseStrict(bytes, { maxDepth: Number.MAX_SAFE_INTEGER })).toThrowCode('json_too_deep');
    }
    expect(parseStrict(nested(1000), { maxDepth: 5000 })).toBeDefined();
  });

  test('one byte too many', () => {
    expect(parseStrict(utf8('[1]'), { maxBytes: 3 })).toEqual([1]);
    expect(() => parseStrict(utf8('[1] '), { maxBytes: 3 })).toThrowCode('json_too_large');
    refuses(new Uint8Array(16 * 1024 * 1024 + 1).fill(0x20), 'json_too_large');
  });
});
