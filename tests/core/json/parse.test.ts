// The strict parser against JSON.parse: the same values on good texts, and nothing accepted that it refuses.
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { utf8 } from '../../../core/bytes/bytes.ts';
import { parseStrict, type Json } from '../../../core/json/parse.ts';
import { parseWithSpans, type JsonNode } from '../../../core/json/spans.ts';
import { count } from '../../support/counts.ts';
import { codeOf } from '../../support/matchers.ts';

const document = fc
  .jsonValue({ maxDepth: 6, stringUnit: 'binary' })
  .chain((value) => fc.constantFrom(undefined, 1, '\t').map((space) => JSON.stringify(value, null, space)));

function outcome(bytes: Uint8Array): { value: Json } | { code: string | undefined } {
  try {
    return { value: parseStrict(bytes) };
  } catch (thrown) {
    return { code: codeOf(thrown) };
  }
}

describe('good texts', () => {
  test('give what JSON.parse gives', () => {
    fc.assert(
      fc.property(document, (text) => {
        expect(parseStrict(utf8(text))).toEqual(JSON.parse(text));
      }),
      { numRuns: count(5000) },
    );
  });

  test('every escape and blank', () => {
    const text =
      ' \t\r\n{"a" :"\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\\u00e9\\ud83d\\ude00\\uD83D\\uDE00é😀" , "b":[ ] }\n';
    expect(parseStrict(utf8(text))).toEqual({ a: '"\\/\b\f\n\r\tAé😀😀é😀', b: [] });
  });

  test('long strings, with and without escapes', () => {
    const long = 'abcdé'.repeat(50_000);
    expect(parseStrict(utf8(JSON.stringify([long, `${long}\n${long}`])))).toEqual([long, `${long}\n${long}`]);
  });

  test('__proto__ is a member like any other', () => {
    const value = parseStrict(utf8('{"__proto__":{"polluted":1},"constructor":2,"toString":3}'));
    expect(Object.keys(value as object)).toEqual(['__proto__', 'constructor', 'toString']);
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  test('numbers that a double keeps', () => {
    const kept = ['0', '0.0', '0e9', '1.0', '1e2', '0.1', '1e23', '5e-324', '9007199254740992', '-1.50E+1'];
    for (const text of kept) expect(parseStrict(utf8(text))).toBe(Number(text));
    expect(parseStrict(utf8('1.7976931348623157e308'))).toBe(Number.MAX_VALUE);
  });
});

describe('mutated texts', () => {
  test('are taken only when JSON.parse takes them, and with the same value', () => {
    const reasons = new Set(['json_duplicate_key', 'json_number_unsafe', 'json_malformed']);
    const mutation = fc.record({
      at: fc.nat(),
      byte: fc.constantFrom(...'{}[]",:\\u0eE+-.x\u0000\u0080\u00ff'.split('')),
      cut: fc.nat(2),
    });
    fc.assert(
      fc.property(document, mutation, (text, { at, byte, cut }) => {
        const bytes = utf8(text);
        const place = at % (bytes.length + 1);
        const mutated = Uint8Array.from([
          ...bytes.subarray(0, place),
          byte.charCodeAt(0),
          ...bytes.subarray(place + cut),
        ]);
        const ours = outcome(mutated);
        let theirs: unknown;
        try {
          theirs = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(mutated));
        } catch {
          expect(ours).toEqual({
            code: expect.stringMatching(/^json_(malformed|number_unsafe|duplicate_key)$/),
          });
          return;
        }
        if ('value' in ours) expect(ours.value).toEqual(theirs);
        else expect(reasons).toContain(ours.code);
      }),
      { numRuns: count(20_000) },
    );
  });
});

function plain(node: JsonNode): Json {
  if (node.kind === 'array') return node.children.map(plain);
  if (node.kind === 'object')
    return Object.fromEntries(node.children.map(({ key, value }) => [key, plain(value)]));
  return node.value;
}

function checkSpans(bytes: Uint8Array, node: JsonNode): void {
  expect(parseStrict(bytes.subarray(node.start, node.end))).toEqual(plain(node));
  let last = node.start;
  const inOrder = (start: number, end: number): void => {
    expect(start).toBeGreaterThan(last);
    expect(end).toBeLessThan(node.end);
    last = end;
  };
  if (node.kind === 'array')
    for (const child of node.children) {
      inOrder(child.start, child.end);
      checkSpans(bytes, child);
    }
  if (node.kind === 'object')
    for (const { key, keyStart, keyEnd, value } of node.children) {
      expect(parseStrict(bytes.subarray(keyStart, keyEnd))).toBe(key);
      inOrder(keyStart, keyEnd);
      inOrder(value.start, value.end);
      checkSpans(bytes, value);
    }
}

describe('spans', () => {
  test('every node stands where it says, and says what stands there', () => {
    fc.assert(
      fc.property(document, (text) => {
        const bytes = utf8(` ${text}\n`);
        const node = parseWithSpans(bytes);
        expect(plain(node)).toEqual(parseStrict(bytes));
        checkSpans(bytes, node);
      }),
      { numRuns: count(1000) },
    );
  });

  test('a number keeps its text', () => {
    expect(parseWithSpans(utf8(' [1.50e1]'))).toEqual({
      kind: 'array',
      start: 1,
      end: 9,
      children: [{ kind: 'number', value: 15, text: '1.50e1', start: 2, end: 8 }],
    });
  });

  test('15 MiB of packages parse within seconds', () => {
    const one = {
      type: 'library',
      name: 'pkg',
      version: '1.0',
      hashes: [{ alg: 'SHA-256', content: 'a'.repeat(64) }],
    };
    const text = `[${Array.from({ length: 100_000 }, () => JSON.stringify(one)).join(',')}]`;
    const bytes = utf8(text);
    expect(bytes.length).toBeGreaterThan(14_000_000);
    const begun = performance.now();
    const node = parseWithSpans(bytes);
    expect(performance.now() - begun).toBeLessThan(15_000);
    expect(node.kind === 'array' && node.children.length).toBe(100_000);
  });
});
