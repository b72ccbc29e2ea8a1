// Differences between two views: what is told, in which order, and what holds whatever the payloads are.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { utf8 } from '../../../core/bytes/bytes.ts';
import { PAYLOAD_TYPE } from '../../../core/dsse/statement.ts';
import { LONGEST_VALUE, differenceOf } from '../../../core/review/diff.ts';
import { viewOf } from '../../../core/review/view.ts';
import { nodeCrypto } from '../../../ports/crypto.ts';

const viewFor = (predicate: unknown) =>
  viewOf(
    nodeCrypto,
    '1',
    PAYLOAD_TYPE,
    utf8(JSON.stringify({ subject: [], predicateType: 'https://cyclonedx.org/bom', predicate })),
  );
const all = (before: unknown, after: unknown, most = Infinity) =>
  differenceOf(viewFor(before), viewFor(after), most);

/** Objects whose lists hold named and unnamed elements, some names twice. */
const element = fc.oneof(
  fc.string({ maxLength: 3 }),
  fc.record({ name: fc.constantFrom('a', 'b', 'c/d', 'e~f'), version: fc.nat(3) }),
  fc.record({ 'bom-ref': fc.constantFrom('r1', 'r2', 'r3'), name: fc.constantFrom('a', 'b'), n: fc.nat(2) }),
);
const document = fc.dictionary(
  fc.constantFrom('components', 'x', '~2name~3a', '0', '/'),
  fc.oneof(
    fc.integer(),
    fc.string({ maxLength: 4 }),
    fc.array(element, { maxLength: 6 }),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
  ),
);

describe('difference', () => {
  test('a component added at the front is one component, not a list of changes', () => {
    const old = [
      { 'bom-ref': 'b', name: 'b', version: '1' },
      { 'bom-ref': 'c', name: 'c', version: '1' },
    ];
    const now = [{ 'bom-ref': 'a', name: 'a', version: '9' }, old[0], { ...old[1], version: '2' }];
    const { changes, count } = all({ components: old }, { components: now });
    expect(count).toBe(4);
    expect(changes).toEqual([
      { path: '/predicate/components/0/bom-ref', before: null, after: '"a"' },
      { path: '/predicate/components/0/name', before: null, after: '"a"' },
      { path: '/predicate/components/0/version', before: null, after: '"9"' },
      { path: '/predicate/components/2/version', before: '"1"', after: '"2"' },
    ]);
  });

  test('what is gone comes last, with the path it had; types are no small thing', () => {
    expect(all({ a: 1, b: '1', c: true }, { b: 1 }).changes).toEqual([
      { path: '/predicate/b', before: '"1"', after: '1' },
      { path: '/predicate/a', before: '1', after: null },
      { path: '/predicate/c', before: 'true', after: null },
    ]);
  });

  test('names that two elements share name nobody', () => {
    const { changes } = all(
      {
        l: [
          { name: 'a', v: 1 },
          { name: 'a', v: 2 },
        ],
      },
      {
        l: [
          { name: 'a', v: 2 },
          { name: 'a', v: 1 },
        ],
      },
    );
    expect(changes.map(({ path }) => path)).toEqual(['/predicate/l/0/v', '/predicate/l/1/v']);
  });

  test('is bounded: how many, and how long each', () => {
    const big = Object.fromEntries(Array.from({ length: 2000 }, (_, at) => [`k${at}`, 'x'.repeat(900)]));
    const { changes, count } = all({}, big, 500);
    expect(changes).toHaveLength(500);
    expect(count).toBe(2001); // and the empty predicate that is gone
    expect(changes.every(({ after }) => (after ?? '').length <= LONGEST_VALUE)).toBe(true);
  });

  test('of a view to itself there is none', () => {
    fc.assert(fc.property(document, (one) => all(one, one).count === 0));
  });

  test('backwards it is the same, the other way round', () => {
    fc.assert(
      fc.property(document, document, (one, two) => {
        const there = all(one, two);
        const back = all(two, one);
        expect(back.count).toBe(there.count);
        const pairs = (d: typeof there, swap: boolean) =>
          d.changes.map((c) => JSON.stringify(swap ? [c.after, c.before] : [c.before, c.after])).sort();
        expect(pairs(back, true)).toEqual(pairs(there, false));
      }),
    );
  });

  test('no claim of another value goes untold', () => {
    fc.assert(
      fc.property(document, document, (one, two) => {
        const before = new Set(viewFor(one).claims.map(({ value }) => JSON.stringify(value)));
        const told = new Set(all(one, two).changes.map(({ after }) => after));
        for (const { value } of viewFor(two).claims)
          if (!before.has(JSON.stringify(value))) expect(told).toContain(JSON.stringify(value));
      }),
    );
  });
});
