// Which findings an officer must look at, worst first, and which fold into one line. Pure.
import type { ReviewFinding } from '../../../contract/ipc/review.ts';

/**
 * What an officer must look at: a gate that did not pass, one whose finding does not hold here, and one that this Console set
 * out to check and could not. A pass that merely rests on the Signer's word is no news, and is said in the folded line.
 */
export const standsOut = ({ finding, here, why }: ReviewFinding): boolean =>
  finding.result !== 'pass' || here === 'failed' || why !== null;

/** The worst first: what is wrong here, then what failed, then what nobody could find out. */
const rankOf = ({ finding, here }: ReviewFinding): number =>
  here === 'failed' ? 0 : finding.result === 'fail' ? 1 : finding.result === 'unavailable' ? 2 : 3;

/** Those that stand open, worst first, and those that fold into one line. */
export function inOrder(findings: readonly ReviewFinding[]) {
  return {
    open: findings.filter(standsOut).toSorted((a, b) => rankOf(a) - rankOf(b)),
    passed: findings.filter((each) => !standsOut(each)),
  };
}
