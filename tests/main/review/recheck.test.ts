// Rechecks of findings: what can be worked out again here, what cannot, and a lie that locks.
import { describe, expect, test } from 'vitest';
import type { Finding } from '../../../core/request/request.ts';
import { recheck } from '../../../main/review/recheck.ts';
import { FakeSigner } from '../../support/fake-signer.ts';
import { seatAt, until } from '../../support/seat.ts';
import { findings, makeRequest, makeWorld, samplePayload } from '../../support/world.ts';

const world = makeWorld();
const request = makeRequest(world, samplePayload());
const check = (finding: Finding) => recheck(finding, request, world.directory);
const finding = (gate: Finding['gate'], code: string, facts: Finding['facts'] = {}): Finding => ({
  gate,
  result: 'pass',
  code,
  facts,
});

describe('recheck', () => {
  test('the choice of key follows from the key asked for', () => {
    expect(check(finding('policy', 'key_chosen', { asked: 'file:release' })).here).toBe('verified');
    expect(check(finding('policy', 'key_chosen', { asked: 'file:release-approved' })).here).toBe('verified');
    expect(check(finding('policy', 'key_chosen')).here).toBe('could-not-verify');
    expect(check(finding('policy', 'something_new', { asked: 'file:release' })).here).toBe(
      'could-not-verify',
    );
  });

  test('another key, no key, a key for something else', () => {
    expect(check(finding('policy', 'key_chosen', { asked: world.held })).why?.code).toBe('request_differs');
    expect(check(finding('policy', 'key_chosen', { asked: 'file:nobody' })).why?.code).toBe('key_unknown');
    expect(check(finding('policy', 'key_chosen', { asked: 'file:log' })).why?.code).toBe('key_use');
  });

  test('a token nobody sees here verifies nothing, but must name the same requester', () => {
    expect(check(finding('optok', 'accepted', { subject: 'ci@acme', jkt: 'jkt', tenant: 'acme' })).here).toBe(
      'could-not-verify',
    );
    for (const facts of [{ subject: 'eve@acme' }, { jkt: 'other' }, { tenant: 'evil' }])
      expect(check(finding('optok', 'accepted', facts)).here).toBe('failed');
  });

  test('what was asked of others stays theirs', () => {
    for (const gate of ['poe', 'quota', 'release'] as const)
      expect(check(finding(gate, 'anything', { scannerImageDigest: 'sha256:0' })).here).toBe(
        'could-not-verify',
      );
  });

  test('a finding that does not hold locks approving, with its gate in the detail', async () => {
    const signer = new FakeSigner(makeWorld());
    const seat = await seatAt(signer, signer.world.people.ana);
    const lie: Finding = finding('policy', 'key_chosen', { asked: signer.world.held });
    const { id } = signer.hold(samplePayload(), { findings: [...findings(), lie] });
    await until(() => seat.console.queue().length === 1);
    const review = await seat.console.review(id);
    expect(review.stage === 'locked' && review.locks.map(({ code }) => code)).toContain('request_differs');
    expect(review.stage === 'locked' && review.locks.map(({ detail }) => detail).join()).toContain('policy');
    await seat.console.close();
  });
});
