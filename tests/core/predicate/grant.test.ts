// The statement of a grant: one form, its own bounds, and nothing else that reads like one.
import { describe, expect, test } from 'vitest';
import { canonical } from '../../../core/json/canonical.ts';
import { grantPayload, lastYesLeft, parseGrant, untilOf } from '../../../core/predicate/grant.ts';
import { viewOf } from '../../../core/review/view.ts';
import { PAYLOAD_TYPE } from '../../../core/dsse/statement.ts';
import { nodeCrypto } from '../../../ports/crypto.ts';
import { viewDigestOf } from '../../../second/view.ts';
import { viewDigest } from '../../../core/review/view.ts';
import { mutants, type Json } from '../../support/mutants.ts';
import { OUTAGE, bypassAsked } from '../../support/spend-world.ts';
import { makeWorld } from '../../support/world.ts';
import '../../support/matchers.ts';

const world = makeWorld();
const { payload } = bypassAsked(world);
const terms = parseGrant(payload);
const statement = JSON.parse(Buffer.from(payload).toString()) as { predicate: Record<string, Json> };
const made = (change: Record<string, unknown>) => () =>
  parseGrant(canonical({ ...statement, predicate: { ...statement.predicate, ...change } }));

describe('a grant', () => {
  test('is read as it was written, to the byte', () => {
    expect(grantPayload(terms)).toEqual(payload);
    expect(terms.signer).toBe(world.pin);
  });

  test('is shown whole, by both decoders alike', () => {
    const view = viewOf(nodeCrypto, '1', PAYLOAD_TYPE, payload);
    expect(view).toMatchObject({ flags: [], notRendered: [] });
    expect(view.claims).toHaveLength(17);
    expect(viewDigestOf('1', PAYLOAD_TYPE, payload)).toBe(viewDigest(nodeCrypto, view));
  });

  test('a cause that hides what it says is shown as such', () => {
    const hidden = grantPayload({ ...terms, cause: 'harmless\u202egnihtyna' });
    const view = viewOf(nodeCrypto, '1', PAYLOAD_TYPE, hidden);
    expect(view.flags).toEqual([{ code: 'hidden-text', severity: 'danger' }]);
    expect(viewDigestOf('1', PAYLOAD_TYPE, hidden)).toBe(viewDigest(nodeCrypto, view));
  });

  test.each<[string, Record<string, unknown>]>([
    ['more minutes than the ceiling', { minutes: 61 }],
    ['no minutes', { minutes: 0 }],
    ['half a minute', { minutes: 0.5 }],
    ['more signatures than the ceiling', { count: 101 }],
    ['none', { count: 0 }],
    ['no predicate type', { predicateTypes: [] }],
    ['one twice', { predicateTypes: ['https://a.test/x', 'https://a.test/x'] }],
    ['unsorted ones', { predicateTypes: ['https://b.test/x', 'https://a.test/x'] }],
    ['our own evidence', { predicateTypes: ['https://stella.ops/approval/v1'] }],
    ['another grant', { predicateTypes: ['https://stella.ops/grant/v1'] }],
    ['seventeen', { predicateTypes: Array.from({ length: 17 }, (_, n) => `https://a.test/${n + 10}`) }],
    ['no cause', { cause: '' }],
    ['an outage without a reason', { outage: { ...OUTAGE, reason: '' } }],
    ['an outage with more', { outage: { ...OUTAGE, note: 'trust me' } }],
    ['an unknown member', { extra: true }],
    ['a tenant in capitals', { tenant: 'ACME' }],
  ])('has no room for %s', (_, change) => {
    expect(made(change)).toThrowCode('grant_invalid');
  });

  test('has one form only', () => {
    for (const bytes of [
      Buffer.concat([payload, Buffer.from('\n')]),
      Buffer.from(JSON.stringify(statement, null, 1)),
      Buffer.from(''),
      Buffer.from('{"a":1,"a":2}'),
      Buffer.alloc(70_000, '['),
    ])
      expect(() => parseGrant(bytes)).toThrowCode('grant_invalid');
  });

  test('changed in any one place, it is another grant or none', () => {
    for (const [where, mutant] of mutants(statement, '')) {
      const bytes = canonical(mutant);
      if (Buffer.from(bytes).equals(payload)) continue; // a member that no JSON has
      try {
        expect(parseGrant(bytes), where).not.toEqual(terms);
      } catch (thrown) {
        expect(thrown, where).toMatchObject({ code: 'grant_invalid' });
      }
    }
  });
});

test('a yes counts for its time to live, and not a millisecond longer', () => {
  const at = (lastYes: string) => lastYesLeft({ ...OUTAGE, lastYes, ttlSeconds: '60' });
  expect(at('none')).toBe(0);
  expect(at('2026-11-23T11:59:00.000Z')).toBe(0);
  expect(at('2026-11-23T11:59:00.001Z')).toBe(1);
  expect(at('2026-11-23T11:58:00.000Z')).toBeLessThan(0);
  expect(untilOf('2026-11-23T12:00:00.000Z', 60)).toBe('2026-11-23T13:00:00.000Z');
});
