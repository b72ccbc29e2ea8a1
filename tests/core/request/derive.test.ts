// What a Console works out for itself, and every way in which a Signer may say otherwise.
import { describe, expect, test } from 'vitest';
import { canonical } from '../../../core/json/canonical.ts';
import { digestBytes, digestOf } from '../../../core/json/digest.ts';
import { heldKeys, kindFor, quorumFor, rebuild } from '../../../core/request/derive.ts';
import { matchNumber } from '../../../core/request/match.ts';
import type { Request } from '../../../core/request/request.ts';
import { nodeCrypto } from '../../../ports/crypto.ts';
import { findings, makeRequest, makeWorld, samplePayload } from '../../support/world.ts';
import '../../support/matchers.ts';

const world = makeWorld();
const payload = samplePayload();
const honest = makeRequest(world, payload);
const unknown = samplePayload('x', 'https://example.com/strange/v1', { a: 1 });

const again =
  (change: Partial<Request>, bytes = payload) =>
  () =>
    rebuild(nodeCrypto, world.trust, world.policy, { ...honest, ...change }, bytes);

describe('rebuilding a request', () => {
  test('gives the digest that the Signer logged', () => {
    expect(again({})().digest).toBe(digestOf(nodeCrypto, honest));
  });
  test('locks when the payload is another', () => {
    expect(again({}, samplePayload('evil.tgz'))).toThrowCode('payload_mismatch');
  });
  test('locks when Signer, directory, policy or view is another', () => {
    const other = makeWorld({ approvalSeconds: 60 });
    expect(again({ signer: other.pin })).toThrowCode('signer_mismatch');
    expect(again({ directory: other.pin })).toThrowCode('directory_invalid');
    expect(again({ policy: other.directory.policy })).toThrowCode('policy_mismatch');
    expect(() => rebuild(nodeCrypto, world.trust, other.policy, honest, payload)).toThrowCode(
      'policy_mismatch',
    );
    expect(again({ view: '9' })).toThrowCode('view_unknown');
  });
  test('locks when the kind does not follow from the findings', () => {
    expect(again({ kind: 'key-approval' })).toThrowCode('request_differs');
    expect(again({ findings: findings('pass') })).toThrowCode('request_differs');
  });
  test('locks when the quorum is cheaper, or dearer, than policy says', () => {
    expect(again({ quorum: { ...honest.quorum, approvals: 2 } })).toThrowCode('request_differs');
    expect(again({ quorum: { ...honest.quorum, presence: ['touch', 'pinpad', 'pin'] } })).toThrowCode(
      'request_differs',
    );
  });
  test('locks when a key is not approval-only, not a release key, or unknown', () => {
    for (const name of ['file:release', 'file:log', 'file:attestation'])
      expect(again({ keys: [name] })).toThrowCode('request_differs');
    expect(again({ keys: ['file:nothing'] })).toThrowCode('key_unknown');
  });
  test('locks when approvals would last longer than policy says', () => {
    expect(again({ approvalSeconds: 86400 })).toThrowCode('request_differs');
  });
  test('locks when a grant is named, which nothing checks', () => {
    expect(again({ grant: world.pin })).toThrowCode('request_differs');
  });
  test('locks when findings contradict each other, or a gate failed that nobody can answer for', () => {
    const seen = findings();
    expect(again({ findings: [...seen, ...findings('pass').slice(-1)] })).toThrowCode('request_differs');
    for (const gate of ['optok', 'quota', 'policy'] as const)
      for (const result of ['fail', 'unavailable'] as const) {
        const bad = { gate, result, code: 'x', facts: {} };
        expect(again({ findings: [...seen.filter((f) => f.gate !== gate), bad] })).toThrowCode(
          'request_differs',
        );
      }
    const poe = { gate: 'poe' as const, result: 'fail' as const, code: 'not_entitled', facts: {} };
    expect(again({ findings: [...seen.filter((f) => f.gate !== 'poe'), poe] })).toThrowCode(
      'request_differs',
    );
  });
  test('asks the dearer quorum for what no decoder explains', () => {
    const blind = makeRequest(world, unknown);
    expect(blind.quorum.approvals).toBe(2);
    const rebuilt = rebuild(nodeCrypto, world.trust, world.policy, blind, unknown);
    expect(rebuilt.blind).toBe(true);
    expect(again({ payloadDigest: digestBytes(nodeCrypto, unknown) }, unknown)).toThrowCode(
      'request_differs',
    );
  });
  test('lets nobody approve blindly with a key that wants a person', () => {
    expect(() => quorumFor(world.policy, world.directory, 'key-approval', [world.held], true)).toThrowCode(
      'request_differs',
    );
  });
});

describe('kind and quorum', () => {
  test('a failed release check comes first, then keys that want a person, then nothing', () => {
    expect(kindFor(findings('fail'), world.directory, ['file:release'])).toBe('manual-approval');
    expect(kindFor(findings('unavailable'), world.directory, ['file:release'])).toBe('manual-approval');
    expect(kindFor(findings('pass'), world.directory, [world.held])).toBe('key-approval');
    expect(kindFor(findings('pass'), world.directory, ['file:release'])).toBeNull();
  });
  test('failing a gate never makes a guarded key cheaper', () => {
    const rule = quorumFor(world.policy, world.directory, 'manual-approval', [world.held], false);
    expect(rule).toMatchObject({ approvals: 2, presence: ['touch', 'pinpad'] });
  });
  test('held requests are signed with approval-only keys', () => {
    expect(heldKeys(world.directory, ['file:release', world.held])).toEqual([
      'file:release-approved',
      world.held,
    ]);
    expect(() => heldKeys(world.directory, ['file:log'])).toThrowCode('key_use');
  });
});

describe('the match number', () => {
  test('is six digits that follow from the request', () => {
    const number = matchNumber(nodeCrypto, digestOf(nodeCrypto, honest));
    expect(number).toMatch(/^\d{6}$/);
    expect(matchNumber(nodeCrypto, digestBytes(nodeCrypto, canonical(honest)))).toBe(number);
    expect(matchNumber(nodeCrypto, digestOf(nodeCrypto, { ...honest, tenant: 'other' }))).not.toBe(number);
  });
});
