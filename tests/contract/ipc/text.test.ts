// A value as text and back: everything that the table may hold returns as it was, and nothing passes for something else.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fromText, toText } from '../../../contract/ipc/text.ts';

const leaf = fc.oneof(
  fc.string(),
  fc.boolean(),
  fc.constant(null),
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => n + 0), // -0 is no value of JSON
  fc.uint8Array({ maxLength: 300 }),
  fc.constantFrom('list', 'bytes', 'AQID'),
);
const name = fc.oneof(
  fc.string(),
  fc.constantFrom('__proto__', 'constructor', 'toString', 'list', 'bytes', '0'),
);
const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    leaf,
    fc.array(tie('value'), { maxLength: 5 }),
    fc.array(fc.tuple(name, tie('value')), { maxLength: 5 }).map((members) => Object.fromEntries(members)),
  ),
}));

describe('what crosses as text', () => {
  test('returns as it was', () => {
    fc.assert(
      fc.property(value, (one) => {
        expect(fromText(toText(one))).toEqual(one);
      }),
      { numRuns: 500 },
    );
  });

  test('brings bytes as bytes, at once and deep', () => {
    const bytes = Uint8Array.of(0, 255, 1);
    expect(fromText(toText(bytes))).toEqual(bytes);
    expect(fromText(toText({ a: [[bytes]] }))).toEqual({ a: [[bytes]] });
  });

  test('does not take a list that looks like bytes for bytes', () => {
    expect(fromText(toText(['bytes', 'AQID']))).toEqual(['bytes', 'AQID']);
    expect(fromText(toText([['list', []]]))).toEqual([['list', []]]);
  });

  test('keeps a member named __proto__ a member', () => {
    const made = fromText('{"__proto__":{"admin":true}}') as object;
    expect(Object.getPrototypeOf(made)).toBe(Object.prototype);
    expect(Object.keys(made)).toEqual(['__proto__']);
    expect('admin' in made).toBe(false);
  });

  test('leaves out what is undefined', () => {
    expect(fromText(toText({ a: undefined, b: 1 }))).toEqual({ b: 1 });
  });

  const circle: unknown[] = [];
  circle.push(circle);
  test.each([
    ['undefined', undefined],
    ['a function', () => 1],
    ['a symbol', Symbol('a')],
    ['a large integer', 1n],
    ['no number', Number.NaN],
    ['infinity', Number.POSITIVE_INFINITY],
    ['a date', new Date(0)],
    ['a map', new Map()],
    ['an error', new Error('a')],
    ['a circle', circle],
    ['a list with a hole', [undefined]],
  ])('does not carry %s', (_, one) => {
    expect(() => toText(one)).toThrow(TypeError);
  });

  test.each([
    ['nothing', ''],
    ['half', '{"a":'],
    ['a bare list', '[]'],
    ['a list without its tag', '[1,2]'],
    ['an unknown tag', '["map",[]]'],
    ['a tag with more', '["list",[],1]'],
    ['a list of no list', '["list","a"]'],
    ['bytes that are no text', '["bytes",[1]]'],
    ['depth', `${'["list",['.repeat(200)}${']]'.repeat(200)}`],
    ['great depth', '['.repeat(1_000_000)],
  ])('is refused: %s', (_, text) => {
    expect(() => fromText(text)).toThrow();
  });

  test('is refused with a code: bytes in another spelling', () => {
    expect(() => fromText('["bytes","AQI"]')).toThrowCode('encoding');
    expect(() => fromText('["bytes","AQJ="]')).toThrowCode('encoding');
  });
});
