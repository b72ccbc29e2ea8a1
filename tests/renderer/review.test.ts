// What a review puts first, and how it speaks of an officer's own decision; without a page.
import { createIntl } from 'react-intl';
import { describe, expect, test } from 'vitest';
import type { QueueRow } from '../../contract/ipc/queue.ts';
import type { ReviewFinding } from '../../contract/ipc/review.ts';
import { holdStates } from '../../core/hold/hold.ts';
import en from '../../renderer/catalogue/en.json' with { type: 'json' };
import type { Words } from '../../renderer/catalogue/words.tsx';
import { inOrder } from '../../renderer/rooms/review/passed.ts';
import { ownEnd } from '../../renderer/rooms/review/own.ts';
import { blind, sbom } from '../pages/fixtures/review.ts';

const intl = createIntl({ locale: 'en', messages: en });
const t = ((id: string, values?: Record<string, number>) =>
  intl.formatMessage({ id }, values)) as unknown as Words;
const gates = (findings: readonly ReviewFinding[]) => findings.map(({ finding }) => finding.gate);

describe('findings', () => {
  test('what passed folds, also on the Signer’s word alone; what did not stands open', () => {
    const { open, passed } = inOrder(sbom.findings);
    expect(gates(open)).toEqual(['release']);
    expect(gates(passed)).toEqual(['optok', 'poe', 'quota', 'policy']);
  });

  test('what is wrong here stands first, also where the Signer says that it passed; what could not be checked stands open', () => {
    const { open, passed } = inOrder(blind.findings);
    expect(gates(open)).toEqual(['policy', 'release', 'optok']);
    expect(gates(passed)).toEqual(['poe']);
  });

  test('no result that is no pass, and no check that failed, is ever folded', () => {
    const [like] = sbom.findings;
    if (!like) throw new Error('no finding');
    const why = { code: 'request_differs', detail: '' };
    const every = (['pass', 'fail', 'unavailable'] as const).flatMap((result) =>
      (['verified', 'failed', 'could-not-verify'] as const).flatMap((here) =>
        [null, why].map((w): ReviewFinding => ({ finding: { ...like.finding, result }, here, why: w })),
      ),
    );
    const { open, passed } = inOrder(every);
    expect(open.length + passed.length).toBe(every.length);
    expect(passed).toHaveLength(2);
    for (const { finding, here, why: w } of passed)
      expect([finding.result, here === 'failed', w]).toEqual(['pass', false, null]);
  });
});

describe('the end of a review by one’s own decision', () => {
  const row = (change: Partial<QueueRow>) =>
    ({ mine: 'approve', state: 'signed', leaf: 48_230, delivery: 'recorded', ...change }) as QueueRow;

  test('signed and being signed are good news, with the leaf as soon as it is known', () => {
    expect(ownEnd(t, row({}), 'decide')).toEqual({
      tone: 'ok',
      title: 'You approved this, and it is signed',
      text: 'Your decision is recorded at leaf 48,230. Its evidence can be verified in the journal.',
    });
    expect(ownEnd(t, row({ state: 'committed', leaf: null, delivery: null }), 'decide')).toEqual({
      tone: 'ok',
      title: 'You approved this, and the quorum is complete',
      text: 'The Signer checks everything again and signs.',
    });
    expect(ownEnd(t, row({ mine: null }), 'sign-held')?.title).toBe('Your key has signed this');
  });

  test('an own denial is neither good news nor a warning', () => {
    expect(ownEnd(t, row({ mine: 'deny', state: 'denied' }), 'decide')).toEqual({
      tone: 'neutral',
      title: 'You have denied this',
      text: 'Your decision is recorded at leaf 48,230. Nothing is signed.',
    });
  });

  test('whatever else ended it is nobody’s own end', () => {
    expect(ownEnd(t, null, 'decide')).toBeNull();
    for (const state of holdStates) {
      if (state !== 'signed' && state !== 'committed') expect(ownEnd(t, row({ state }), 'decide')).toBeNull();
      expect(ownEnd(t, row({ state, mine: null }), 'decide')).toBeNull();
      if (state !== 'denied') expect(ownEnd(t, row({ state, mine: 'deny' }), 'decide')).toBeNull();
      // an approval that the quorum did not need any more would have been refused; a denial of another is no own end
      if (state === 'denied') expect(ownEnd(t, row({ state, mine: 'approve' }), 'decide')).toBeNull();
    }
  });
});
