// What a Console works out of a bypass hold, and every way in which a Signer may ask for something else.
import { describe, expect, test } from 'vitest';
import { digestBytes, digestOf } from '../../../core/json/digest.ts';
import type { GrantTerms } from '../../../core/predicate/grant.ts';
import { headlineOf } from '../../../core/request/headline.ts';
import { rebuild } from '../../../core/request/derive.ts';
import type { Finding, Request } from '../../../core/request/request.ts';
import { nodeCrypto } from '../../../ports/crypto.ts';
import { OUTAGE, bypassAsked } from '../../support/spend-world.ts';
import { findings, makeRequest, makeWorld, newRequestId, samplePayload } from '../../support/world.ts';
import '../../support/matchers.ts';

const world = makeWorld();
const asked = bypassAsked(world);
const honest = makeRequest(world, asked.payload, asked.request);

const given = (request: Request, payload: Uint8Array) => () =>
  rebuild(nodeCrypto, world.trust, world.policy, request, payload);
const again = (change: Partial<Request>) => given({ ...honest, ...change }, asked.payload);

/** The same hold over another grant, everything else as an honest Signer would make it. */
function over(terms: Partial<GrantTerms>) {
  const other = bypassAsked(world, { requestId: honest.id, ...terms });
  return given({ ...honest, payloadDigest: digestBytes(nodeCrypto, other.payload) }, other.payload);
}

describe('a bypass hold', () => {
  test('is rebuilt as the Signer logged it, with the quorum of its kind, and shows every byte', () => {
    const rebuilt = again({})();
    expect(rebuilt.digest).toBe(digestOf(nodeCrypto, honest));
    expect(rebuilt).toMatchObject({ blind: false, view: { notRendered: [] } });
    expect(honest).toMatchObject({ kind: 'emergency-bypass', quorum: { approvals: 2 } });
    expect(headlineOf(honest, rebuilt.view)).toMatchObject({
      kind: 'emergency-bypass',
      document: 'grant',
      failed: ['poe: poe_unavailable'],
    });
  });

  test.each<[string, Partial<GrantTerms>]>([
    ['another request', { requestId: newRequestId() }],
    ['another tenant', { tenant: 'beta' }],
    ['another Signer', { signer: `sha256:${'0'.repeat(64)}` }],
    ['another requester', { raisedBy: { subject: 'ops@acme', jkt: 'jkt' } }],
    ['another key of the requester', { raisedBy: { subject: 'ci@acme', jkt: 'other' } }],
    ['another outage', { outage: { ...OUTAGE, host: 'elsewhere.test' } }],
    ['an outage with an older yes', { outage: { ...OUTAGE, lastYes: '2026-11-20T00:00:00.000Z' } }],
  ])('locks when its grant is of %s', (_, terms) => {
    expect(over(terms)).toThrowCode('request_differs');
  });

  test('locks while the last yes still counts, whatever the Signer says', () => {
    const outage = { ...OUTAGE, lastYes: '2026-11-23T11:59:59.000Z' };
    const other = bypassAsked(world, { outage });
    const request = makeRequest(world, other.payload, {
      ...other.request,
      findings: other.request.findings.map((f): Finding => (f.gate === 'poe' ? { ...f, facts: outage } : f)),
    });
    expect(given(request, other.payload)).toThrowCode('request_differs');
  });

  test('locks when a payload that is no grant is asked for under its rule', () => {
    const payload = samplePayload();
    const request = makeRequest(world, payload, asked.request);
    expect(request.kind).toBe('emergency-bypass');
    expect(given(request, payload)).toThrowCode('request_differs');
  });

  test('locks when the quorum is cheaper, or a gate failed besides', () => {
    expect(again({ quorum: { ...honest.quorum, approvals: 1 } })).toThrowCode('request_differs');
    for (const result of ['pass', 'fail', 'unavailable'] as const) {
      const release: Finding = { gate: 'release', result, code: 'x', facts: {} };
      expect(again({ findings: [...honest.findings, release] })).toThrowCode('request_differs');
    }
    expect(again({ keys: ['file:release'] })).toThrowCode('request_differs');
  });
});

test('no other kind of hold may sign what reads like a grant, or like any evidence of ours', () => {
  const grant = makeRequest(world, asked.payload, { id: honest.id });
  expect(grant.kind).toBe('manual-approval');
  expect(given(grant, asked.payload)).toThrowCode('request_differs');
  for (const type of [
    'https://stella.ops/approval/v1',
    'http://STELLA.ops/review',
    'https://stella.ops/grant/v2',
  ]) {
    const payload = samplePayload('a', type, { a: 1 });
    const blind = makeRequest(world, payload, { findings: findings('fail') });
    expect(given(blind, payload)).toThrowCode('request_differs');
  }
});
