// Matchers that assert the stable code of a fault: codes are the contract, English is not.
import { expect } from 'vitest';

interface MatcherState {
  readonly isNot?: boolean;
}

interface Verdict {
  pass: boolean;
  message: () => string;
  actual?: unknown;
  expected?: unknown;
}

/** The `code` of whatever was thrown; undefined when it carries none. */
export function codeOf(thrown: unknown): string | undefined {
  if (typeof thrown !== 'object' || thrown === null || !('code' in thrown)) return undefined;
  return typeof thrown.code === 'string' ? thrown.code : undefined;
}

function judge(outcome: { thrown: unknown } | undefined, code: string, isNot: boolean | undefined): Verdict {
  const actual = outcome && codeOf(outcome.thrown);
  const seen = outcome ? `it threw ${actual ?? String(outcome.thrown)}` : 'nothing was thrown';
  return {
    pass: outcome !== undefined && actual === code,
    message: () => `expected ${isNot ? 'another fault than' : 'a fault with code'} ${code}, but ${seen}`,
    actual,
    expected: code,
  };
}

function callNow(candidate: unknown): { thrown: unknown } | undefined {
  if (typeof candidate !== 'function') throw new TypeError('toThrowCode wants a function');
  try {
    const value: unknown = candidate();
    if (value instanceof Promise) {
      void value.catch(() => undefined);
      throw new TypeError('toThrowCode was given an async function: await expect(...).toRejectCode');
    }
    return undefined;
  } catch (thrown) {
    if (thrown instanceof TypeError && thrown.message.startsWith('toThrowCode was given')) throw thrown;
    return { thrown };
  }
}

async function settle(candidate: unknown): Promise<{ thrown: unknown } | undefined> {
  try {
    await (typeof candidate === 'function' ? candidate() : candidate);
    return undefined;
  } catch (thrown) {
    return { thrown };
  }
}

expect.extend({
  /** `expect(() => parse(bytes)).toThrowCode('json_malformed')`: the call throws a fault with exactly this code. */
  toThrowCode(this: MatcherState, candidate: unknown, code: string): Verdict {
    return judge(callNow(candidate), code, this.isNot);
  },
  /** `await expect(promise or async function).toRejectCode('deadline')`: it rejects with exactly this code. */
  async toRejectCode(this: MatcherState, candidate: unknown, code: string): Promise<Verdict> {
    return judge(await settle(candidate), code, this.isNot);
  },
});

declare module 'vitest' {
  interface Matchers<R extends void | Promise<void> = void | Promise<void>, T = unknown> {
    /** The call throws a fault with exactly this code. */
    toThrowCode(code: string): void;
    /** The promise, or the async function's promise, rejects with exactly this code. */
    toRejectCode(code: string): Promise<void>;
  }
}
