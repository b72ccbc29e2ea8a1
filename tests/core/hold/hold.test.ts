// Holds: every state and move, and the predicates that callers may not order.
import { expect, test } from 'vitest';
import { holdStates, isEnded, isOpen, move, type HoldMove } from '../../../core/hold/hold.ts';
import { isReservedPayloadType, isReservedPredicate } from '../../../core/predicate/approval.ts';
import '../../support/matchers.ts';

const moves: HoldMove[] = ['quorum', 'commit', 'sign', 'deny', 'expire', 'withdraw', 'refuse'];

test('nothing leaves an end, and nothing that is committed can be denied', () => {
  for (const state of holdStates)
    for (const by of moves) {
      if (isEnded(state)) expect(() => move(state, by)).toThrowCode('hold_closed');
      if (by === 'deny' && !isOpen(state)) expect(() => move(state, by)).toThrowCode('hold_closed');
    }
  expect(() => move('waiting', 'commit')).toThrowCode('hold_closed');
  expect(() => move('waiting', 'sign')).toThrowCode('hold_closed');
  expect(move(move(move('waiting', 'quorum'), 'commit'), 'sign')).toBe('signed');
});

test('our own predicates are reserved in every spelling, others are not', () => {
  for (const name of ['approval', 'ceremony', 'grant', 'review'])
    for (const type of [
      `https://stella.ops/${name}/v1`,
      `https://stella.ops/${name}/v9`,
      `HTTPS://Stella.Ops/${name}/v1`,
      ` https://stella.ops/${name}/v1`,
      `https://stella.ops/${name}`,
      `https://stella.ops/${name}@v2`,
      `https://stella.ops//${name}-v1`,
      `http://stella.ops:443/${name}?x`,
    ])
      expect(isReservedPredicate(type), type).toBe(true);
  for (const type of [
    'https://stella.ops/promotion/v1',
    'https://cyclonedx.org/bom',
    'https://stella.ops/approvals/v1',
  ])
    expect(isReservedPredicate(type)).toBe(false);
  expect(isReservedPayloadType('application/vnd.stella.decision+json')).toBe(true);
  expect(isReservedPayloadType('Application/Vnd.Stella.x')).toBe(true);
  expect(isReservedPayloadType('application/vnd.in-toto+json')).toBe(false);
});
