// The helpers that every suite leans on: a matcher or a count that cannot fail would hide everything else.
import { describe, expect, test } from 'vitest';
import { LackFault, Refusal } from '../../core/fault/fault.ts';
import { count } from '../support/counts.ts';

const thrower = (): never => {
  throw new Refusal('schema', 'x');
};

describe('toThrowCode', () => {
  test('takes the code and nothing else', () => {
    expect(thrower).toThrowCode('schema');
    expect(() => expect(thrower).toThrowCode('expired')).toThrow(/it threw schema/);
    expect(() => expect(() => 1).toThrowCode('schema')).toThrow(/nothing was thrown/);
    expect(() =>
      expect(() => {
        throw new Error('schema');
      }).toThrowCode('schema'),
    ).toThrow(/but it threw Error/);
  });

  test('is not fooled by an async function', () => {
    expect(() => expect(async () => thrower()).toThrowCode('schema')).toThrow(/async function/);
  });
});

describe('toRejectCode', () => {
  test('takes the code and nothing else', async () => {
    await expect(Promise.reject(new LackFault('usage'))).toRejectCode('usage');
    await expect(async () => thrower()).toRejectCode('schema');
    await expect(expect(Promise.resolve(1)).toRejectCode('usage')).rejects.toThrow(/nothing was thrown/);
    await expect(expect(async () => thrower()).toRejectCode('usage')).rejects.toThrow(/it threw schema/);
  });
});

test('count is a tenth, rounded up, or all', () => {
  expect([count(1000, false), count(1001, false), count(1, false), count(1000, true)]).toEqual([
    100, 101, 1, 1000,
  ]);
});
