// Schema refusals: every bad path is named, values never, and no member is dropped unseen.
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { utf8 } from '../../../core/bytes/bytes.ts';
import { Refusal } from '../../../core/fault/fault.ts';
import { parseStrict } from '../../../core/json/parse.ts';
import { Base64 } from '../../../core/bytes/form.ts';
import { JsonObject, parseAs } from '../../../core/json/schema.ts';

const Shape = z.strictObject({
  a: z.string(),
  list: z.array(z.int()),
  inner: z.strictObject({ n: z.int() }),
});

function detailOf(schema: z.ZodType, value: unknown): string {
  try {
    parseAs(schema, value);
  } catch (thrown) {
    if (thrown instanceof Refusal) return thrown.detail;
    throw thrown;
  }
  throw new Error('nothing was thrown');
}

describe('parseAs', () => {
  test('gives the value as typed', () => {
    const value = { a: 'x', list: [1], inner: { n: 2 } };
    expect(parseAs(Shape, value)).toEqual(value);
  });

  test('names all bad paths at once, unknown members too, and no value', () => {
    const detail = detailOf(Shape, {
      a: 'ok',
      list: [1, 'SECRET', 2.5],
      inner: { n: 1, more: 1 },
      other: 'SECRET',
    });
    expect(detail.split(', ').sort()).toEqual(['inner.more', 'list.1', 'list.2', 'other']);
  });

  test('uses the code it is given', () => {
    expect(() => parseAs(Shape, null)).toThrowCode('schema');
    expect(() => parseAs(Shape, null, 'bundle_invalid')).toThrowCode('bundle_invalid');
    expect(detailOf(Shape, 3)).toBe('(top)');
  });

  test('is bounded, in paths and in their length', () => {
    const many = detailOf(
      z.array(z.int()),
      Array.from({ length: 10_000 }, () => 'x'),
    );
    expect(many).toMatch(/, 19 and more$/);
    const long = detailOf(z.strictObject({}), { ['k'.repeat(100_000)]: 1 });
    expect(long.length).toBeLessThan(100);
  });

  test('an own __proto__ member is unknown, not invisible', () => {
    const value = parseStrict(utf8('{"a":"x","list":[],"inner":{"n":1,"__proto__":{}}}'));
    expect(detailOf(Shape, value)).toBe('inner.__proto__');
  });
});

describe('forms', () => {
  test('JsonObject hands the very object on, __proto__ and all', () => {
    const value = parseStrict(utf8('{"p":{"__proto__":{"x":1},"a":[1]}}')) as { p: object };
    const parsed = parseAs(z.strictObject({ p: JsonObject }), value);
    expect(parsed.p).toBe(value.p);
    expect(Object.keys(parsed.p)).toEqual(['__proto__', 'a']);
    for (const wrong of [null, [], 'a', 1, undefined])
      expect(JsonObject.safeParse(wrong).success).toBe(false);
    expect(z.toJSONSchema(JsonObject)).toMatchObject({ type: 'object' });
  });

  test('Base64 is as strict as the decoder, at any length', () => {
    for (const good of ['', 'AA==', 'AAAA', 'A'.repeat(8_000_000)])
      expect(Base64.safeParse(good).success).toBe(true);
    for (const wrong of ['A', 'AB==', 'AA', 'AA-A', 'AA==\n', 3])
      expect(Base64.safeParse(wrong).success).toBe(false);
  });
});
