// From verified decisions to an outcome: waiting, denied, or a complete quorum.
import { Refusal } from '../fault/fault.ts';
import type { Crypto } from '../key/crypto.ts';
import { verifyDecision, type Expected, type Sealed } from './decision.ts';
import { checkDistinct, missing, type Voice } from './quorum.ts';

/** `denied` names the officer who ended it; `waiting` says how many approvals are missing. */
export type Tally =
  | { readonly state: 'waiting'; readonly missing: number; readonly voices: readonly Voice[] }
  | { readonly state: 'denied'; readonly by: string }
  | { readonly state: 'complete'; readonly voices: readonly Voice[] };

/**
 * Verifies every decision and counts them. An officer's later denial replaces their approval; anything else twice is
 * refused (`officer_decided`). One denial ends it, whatever else was said. Challenges must differ (`challenge_reused`).
 */
export function tally(crypto: Crypto, expected: Expected, decisions: readonly Sealed[]): Tally {
  const challenges = new Set<string>();
  const approvals: Voice[] = [];
  let deniedBy: string | undefined;
  for (const sealed of decisions) {
    const voice = verifyDecision(crypto, expected, sealed);
    const { challenge, verdict } = sealed.decision;
    if (challenges.has(challenge)) throw new Refusal('challenge_reused', challenge);
    challenges.add(challenge);
    if (verdict === 'deny') deniedBy ??= voice.officer.id;
    else approvals.push(voice);
  }
  if (deniedBy !== undefined) return { state: 'denied', by: deniedBy };
  checkDistinct(approvals);
  const lack = missing(expected.request.quorum, approvals);
  return lack > 0
    ? { state: 'waiting', missing: lack, voices: approvals }
    : { state: 'complete', voices: approvals };
}

/** Like `tally`, but throws unless the quorum is complete: `denied` or `quorum_incomplete`. */
export function requireQuorum(
  crypto: Crypto,
  expected: Expected,
  decisions: readonly Sealed[],
): readonly Voice[] {
  const result = tally(crypto, expected, decisions);
  if (result.state === 'denied') throw new Refusal('denied', result.by);
  if (result.state === 'waiting') throw new Refusal('quorum_incomplete', `${result.missing} missing`);
  return result.voices;
}
