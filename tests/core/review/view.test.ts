// The view: every byte a claim or a hole, one payload one view, and text that deceives is flagged.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonical } from '../../../core/json/canonical.ts';
import { PAYLOAD_TYPE } from '../../../core/dsse/statement.ts';
import { headlineOf } from '../../../core/request/headline.ts';
import { hasHiddenText, visible } from '../../../core/review/text.ts';
import { isBlind, viewDigest, viewOf } from '../../../core/review/view.ts';
import { nodeCrypto } from '../../../ports/crypto.ts';
import { viewDigestOf } from '../../../second/view.ts';
import { count } from '../../support/counts.ts';
import { makeRequest, makeWorld, samplePayload } from '../../support/world.ts';
import '../../support/matchers.ts';

const BOM = 'https://cyclonedx.org/bom';
const view = (payload: Uint8Array, type = PAYLOAD_TYPE) => viewOf(nodeCrypto, '1', type, payload);
const flags = (payload: Uint8Array) => view(payload).flags.map((f) => f.code);
const withPredicate = (predicate: object) => samplePayload('app.tgz', BOM, predicate);

describe('a view', () => {
  test('of a known document is not blind and hides no byte', () => {
    const seen = view(samplePayload());
    expect(isBlind(seen)).toBe(false);
    expect(seen.notRendered).toEqual([]);
    expect(seen.claims).toContainEqual({ path: '/predicate/bomFormat', value: 'CycloneDX' });
    expect(seen.claims).toContainEqual({ path: '[]/predicate/components', value: 0 });
  });
  test('of an unknown predicate lists the predicate as not rendered', () => {
    const payload = samplePayload('x', 'https://example.com/p', { secret: 'value' });
    const seen = view(payload);
    expect(isBlind(seen)).toBe(true);
    const [hole] = seen.notRendered;
    expect(
      Buffer.from(payload)
        .subarray(hole!.offset, hole!.offset + hole!.length)
        .toString(),
    ).toBe('{"secret":"value"}');
    expect(JSON.stringify(seen.claims)).not.toContain('secret');
  });
  test.each([
    ['not JSON', Buffer.from('hello'), PAYLOAD_TYPE],
    ['JSON with a key twice', Buffer.from('{"a":1,"a":2}'), PAYLOAD_TYPE],
    ['an array', Buffer.from('[]'), PAYLOAD_TYPE],
    ['another payload type', samplePayload(), 'text/plain'],
    ['empty', Buffer.alloc(0), PAYLOAD_TYPE],
  ])('of what is %s is blind from the first byte to the last', (_name, payload, type) => {
    const seen = view(payload, type);
    expect(isBlind(seen)).toBe(true);
    expect(seen.notRendered).toMatchObject([{ offset: 0, length: payload.length }]);
  });
  test('in a version that nobody knows is refused', () => {
    expect(() => viewOf(nodeCrypto, '2', PAYLOAD_TYPE, samplePayload())).toThrowCode('view_unknown');
  });
  test('flags what is not canonical, hidden text, and doubtful subjects', () => {
    expect(flags(Buffer.from(` ${Buffer.from(samplePayload()).toString()}`))).toContain('not-canonical');
    expect(flags(withPredicate({ name: 'safe\u202egpj.exe' }))).toContain('hidden-text');
    expect(flags(withPredicate({ ['k\u200bey']: 1 }))).toContain('hidden-text');
    const subject = [
      { name: 'a', digest: { sha512: 'ab' } },
      { name: 'a', digest: { sha512: 'ab' } },
    ];
    const doubtful = canonical({
      _type: 'https://in-toto.io/Statement/v1',
      subject,
      predicateType: BOM,
      predicate: {},
    });
    expect(flags(doubtful)).toEqual(['empty-predicate', 'subject-duplicate', 'subject-no-sha256']);
  });
  test('says numbers that are not safe integers as their text', () => {
    expect(view(withPredicate({ score: 9.8 })).claims).toContainEqual({
      path: '#/predicate/score',
      value: '9.8',
    });
  });
  test('tells a number from the text that writes it', () => {
    for (const number of [9.8, 1e21, 2 ** 53, -0.5, 1e-7]) {
      const [x, y] = [number, String(number)].map((score) => view(withPredicate({ score })));
      expect(viewDigest(nodeCrypto, x!), String(number)).not.toBe(viewDigest(nodeCrypto, y!));
    }
  });
  test.each<[string, object]>([
    [
      '300 KB that would be 10 GB of paths',
      { ['k'.repeat(100_000)]: Array.from({ length: 100_000 }, () => 0) },
    ],
    ['more values than anybody reads', { a: Array.from({ length: 300_000 }, () => 0) }],
  ])('of %s is blind, at once', (_, predicate) => {
    const payload = withPredicate(predicate);
    const begun = performance.now();
    const seen = view(payload);
    expect(seen.flags.map((f) => f.code)).toEqual(['blind', 'too-large']);
    expect(seen.notRendered).toMatchObject([{ offset: 0, length: payload.length }]);
    expect(viewDigestOf('1', PAYLOAD_TYPE, payload)).toBe(viewDigest(nodeCrypto, seen));
    expect(performance.now() - begun).toBeLessThan(5000);
  });
  test('of what is just within the limits is whole', () => {
    const long = withPredicate({ ['k'.repeat(33_000)]: Array.from({ length: 1000 }, () => 0) });
    const many = withPredicate({ a: Array.from({ length: 299_000 }, () => 0) });
    for (const payload of [long, many]) {
      const seen = view(payload);
      expect(seen.flags).toEqual([]);
      expect(viewDigestOf('1', PAYLOAD_TYPE, payload)).toBe(viewDigest(nodeCrypto, seen));
    }
  });
  test('differs whenever two documents differ', () => {
    const leaf = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null));
    const document = fc.dictionary(
      fc.string(),
      fc.oneof(leaf, fc.array(leaf), fc.dictionary(fc.string(), leaf)),
    );
    fc.assert(
      fc.property(document, document, (a, b) => {
        const [x, y] = [withPredicate(a), withPredicate(b)];
        const same = Buffer.from(x).equals(y);
        expect(viewDigest(nodeCrypto, view(x)) === viewDigest(nodeCrypto, view(y))).toBe(same);
      }),
      { numRuns: count(10_000) },
    );
  });
  test('tells an empty object, an empty array and their look-alikes apart', () => {
    const all = [{}, [], '{}', '[]', 0, 0.5, '0.5', { '#': 0 }, null, { '{}': 0 }, { '': 0 }].map((x) =>
      viewDigest(nodeCrypto, view(withPredicate({ x }))),
    );
    expect(new Set(all).size).toBe(all.length);
  });
});

describe('text that deceives', () => {
  test('is found and written out, code point by code point', () => {
    const plain = /^[\t\n\p{L}\p{M}\p{N}\p{P}\p{S}\p{Zs}\p{Cn}]$/u;
    for (let code = 0; code <= 0x10ffff; code++) {
      if (code >= 0xd800 && code <= 0xdfff) continue;
      const character = String.fromCodePoint(code);
      const shown = visible(character);
      if (!hasHiddenText(character)) {
        if (shown !== character || !plain.test(character))
          throw new Error(`U+${code.toString(16)} is neither plain nor shown`);
      } else if (!/^<U\+[0-9A-F]{4,6}>$/.test(shown))
        throw new Error(`U+${code.toString(16)} stays ${shown}`);
    }
  });
  test('leaves no escape character in what is shown', () => {
    expect(visible('\u001b[31mred\u009b')).toBe('<U+001B>[31mred<U+009B>');
  });
});

describe('the headline', () => {
  test('says what, for whom, with which key, and what failed', () => {
    const world = makeWorld();
    const payload = samplePayload();
    const headline = headlineOf(makeRequest(world, payload), view(payload));
    expect(headline).toMatchObject({
      document: 'sbom',
      requester: 'ci@acme',
      keys: ['file:release-approved'],
      failed: ['release: not_allowlisted'],
    });
    expect(headline.subjects).toHaveLength(1);
  });
});
