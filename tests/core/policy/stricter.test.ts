// Two rules at once: whoever meets the combination meets each of them.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { checkEligible, checkQuorum, type Voice } from '../../../core/decision/quorum.ts';
import { isFault } from '../../../core/fault/fault.ts';
import { stricter, type QuorumRule } from '../../../core/policy/quorum-rule.ts';
import { softHsm, softSecurityKey } from '../../support/soft-devices.ts';
import { count } from '../../support/counts.ts';

const roles = ['officer', 'custodian', 'release'];
const rule: fc.Arbitrary<QuorumRule> = fc.record({
  approvals: fc.integer({ min: 1, max: 3 }),
  roles: fc.uniqueArray(
    fc.record({ role: fc.constantFrom(...roles), count: fc.integer({ min: 1, max: 3 }) }),
    { selector: (r) => r.role, minLength: 1 },
  ),
  presence: fc.uniqueArray(fc.constantFrom('touch' as const, 'pinpad' as const, 'pin' as const), {
    minLength: 1,
  }),
});

const devices = [
  softSecurityKey('key').device,
  softHsm('pad', 'pinpad').device,
  softHsm('pin', 'pin').device,
];
const voices: fc.Arbitrary<Voice[]> = fc
  .array(fc.tuple(fc.subarray(roles), fc.constantFrom(...devices)), { maxLength: 5 })
  .map((all) =>
    all.map(([held, device], i) => ({
      officer: { id: `o${i}`, name: `o${i}`, roles: held, subjects: [], devices: [] },
      device: { ...device, id: `d${i}` },
      machine: `m${i}`,
    })),
  );

function met(by: QuorumRule, all: Voice[]): boolean {
  try {
    checkQuorum(by, all);
    return true;
  } catch (error) {
    if (isFault(error)) return false;
    throw error;
  }
}

test('whoever meets the combination meets both, and nobody counts who counts for one only', () => {
  fc.assert(
    fc.property(rule, rule, voices, (a, b, all) => {
      const both = stricter(a, b);
      if (both && met(both, all)) expect([met(a, all), met(b, all)]).toEqual([true, true]);
      if (both)
        for (const voice of all)
          if (isEligible(both, voice))
            expect([isEligible(a, voice), isEligible(b, voice)]).toEqual([true, true]);
    }),
    { numRuns: count(100_000) },
  );
});

function isEligible(by: QuorumRule, voice: Voice): boolean {
  try {
    checkEligible(by, voice);
    return true;
  } catch {
    return false;
  }
}

test('rules that name different roles have no combination', () => {
  const release: QuorumRule = { approvals: 2, roles: [{ role: 'release', count: 1 }], presence: ['touch'] };
  const custodian: QuorumRule = {
    approvals: 1,
    roles: [{ role: 'custodian', count: 1 }],
    presence: ['touch'],
  };
  expect(stricter(release, custodian)).toBeNull();
  expect(stricter(release, { ...release, presence: ['pin'] })).toBeNull();
  expect(stricter(release, { ...release, approvals: 3 })).toEqual({ ...release, approvals: 3 });
});
