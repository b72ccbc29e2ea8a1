// What a verifier says of a ceremony that was held as a plot says, although everybody signed it.
import { expect } from 'vitest';
import { verifyTranscript } from '../../core/ceremony/verify.ts';
import { nodeCrypto } from '../../ports/crypto.ts';
import { playCeremony, type Plot } from './ceremony-world.ts';
import { codeOf } from './matchers.ts';

/** The refusal of a ceremony that was held so, as `code: detail`. */
export function refusal(plot: Plot): string {
  const { trust, transcript } = playCeremony(plot);
  try {
    verifyTranscript(nodeCrypto, trust, 'real', transcript);
    return 'it holds';
  } catch (thrown) {
    return `${codeOf(thrown) ?? String(thrown)} ${thrown instanceof Error ? thrown.message : ''}`;
  }
}

/** Expects a refusal with this code that names the step. */
export const isAt = (plot: Plot, step: string, code: string): void => {
  const told = refusal(plot);
  expect(told).toMatch(new RegExp(`^${code} `));
  expect(told).toContain(step);
};
