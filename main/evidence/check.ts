// Checks what the Signer says came of a request: its evidence file, over the payload that was reviewed here.
import type { Sealed } from '../../core/decision/decision.ts';
import { Refusal } from '../../core/fault/fault.ts';
import type { Evidence } from '../../core/evidence-file/evidence.ts';
import { digestOf } from '../../core/json/digest.ts';
import type { Crypto } from '../../core/key/crypto.ts';
import type { Arrival, HoldSnapshot } from '../../core/stage/stages.ts';
import type { Trust } from '../../core/trust/chain.ts';
import { verifyEvidence, type EvidenceVerdict } from '../../core/verify/evidence.ts';

/** What this Console knows of the request: the digest it rebuilt, and its own decision where it made one. */
export interface Known {
  readonly requestDigest: string;
  readonly sealed: Sealed | null;
}

/**
 * Verifies an evidence file as any stranger would, and that it is about what was reviewed here: the same request, and
 * this Console's own decision in it. Refusal with the code of what fails; `evidence_mismatch` for another request,
 * `signed_though_denied` when it was signed against this officer's denial.
 */
export function checkEvidence(
  crypto: Crypto,
  trust: Trust,
  evidence: Evidence,
  known: Known,
): EvidenceVerdict {
  if (digestOf(crypto, evidence.request) !== known.requestDigest)
    throw new Refusal('evidence_mismatch', 'another request');
  if (known.sealed?.decision.verdict === 'deny' && evidence.bundles.length > 0)
    throw new Refusal('signed_though_denied', evidence.request.id);
  const verdict = verifyEvidence(crypto, trust, evidence);
  const own = known.sealed && digestOf(crypto, known.sealed);
  if (own && !evidence.decisions.some((sealed) => digestOf(crypto, sealed) === own))
    throw new Refusal('evidence_mismatch', 'the decision made here is not in it');
  return verdict;
}

function holdsOf(arrival: Arrival): readonly HoldSnapshot[] {
  if (arrival.stage === 'received') return [arrival.hold];
  return arrival.stage === 'resynced' ? arrival.holds : [];
}

/** Requests that this arrival says are signed, or about to be, although this officer denied them. Each is an alarm. */
export function signedThoughDenied(arrival: Arrival, denied: (requestId: string) => boolean): string[] {
  return holdsOf(arrival)
    .filter(({ state }) => state === 'committed' || state === 'signed')
    .map(({ request }) => request.id)
    .filter(denied);
}
