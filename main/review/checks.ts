// The named checks of a review; each returns what it worked out or throws the code that locks approving.
import { fromBase64, fromBase64Url } from '../../core/bytes/base64.ts';
import type { Directory } from '../../core/directory/directory.ts';
import { witnessName } from '../../core/directory/lookup.ts';
import type { Expected } from '../../core/decision/decision.ts';
import { tally } from '../../core/decision/tally.ts';
import { Refusal } from '../../core/fault/fault.ts';
import { isOpen } from '../../core/hold/hold.ts';
import { digestOf } from '../../core/json/digest.ts';
import type { Crypto } from '../../core/key/crypto.ts';
import { leafData } from '../../core/log/leaf.ts';
import { leafHash, verifyInclusion } from '../../core/log/merkle.ts';
import type { Leaf } from '../../core/log/record.ts';
import type { Policy } from '../../core/policy/policy.ts';
import type { Rebuilt } from '../../core/request/derive.ts';
import type { Request } from '../../core/request/request.ts';
import { viewOf, viewVersions, isBlind } from '../../core/review/view.ts';
import type { HoldSnapshot } from '../../core/stage/stages.ts';
import type { OpenCheckpoint } from '../../core/trust/checkpoint.ts';

/** Seconds for which a cosignature counts as fresh, and by how many its clock may run ahead of this machine's. */
export const FRESH_SECONDS = 600;
export const AHEAD_SECONDS = 300;

/**
 * What this Console can still work out when `rebuild` refused: the request as it was given, hashed here, and the view of
 * the bytes that came. Enough to deny, never to approve.
 */
export function asGiven(crypto: Crypto, request: Request, payload: Uint8Array): Rebuilt {
  const version = viewVersions.find((v) => v === request.view) ?? viewVersions[0];
  const view = viewOf(crypto, version, request.payloadType, payload);
  return {
    request,
    digest: digestOf(crypto, request),
    view,
    viewDigest: digestOf(crypto, view),
    blind: isBlind(view),
  };
}

/** The hold's own leaf says what this Console rebuilt. Refusal `request_mismatch`. */
export function checkHeld(rebuilt: Rebuilt, { record }: Omit<Leaf, 'proof'>): void {
  const { request, digest } = rebuilt;
  const fits =
    record.event === 'held' &&
    record.requestId === request.id &&
    record.tenant === request.tenant &&
    record.requestDigest === digest &&
    record.payloadDigest === request.payloadDigest;
  if (!fits) throw new Refusal('request_mismatch', "the hold's leaf");
}

/** The hold's leaf is in the log up to this checkpoint. Refusal `proof_invalid_log`. */
export function checkIncluded(
  crypto: Crypto,
  checkpoint: Pick<OpenCheckpoint, 'size' | 'root'>,
  { index, salt, record }: Omit<Leaf, 'proof'>,
  proof: readonly string[],
): void {
  const hash = leafHash(crypto, leafData(crypto, fromBase64Url(salt), record));
  const { size, root } = checkpoint;
  if (!verifyInclusion(crypto, { index, size, leafHash: hash, proof: proof.map(fromBase64), root }))
    throw new Refusal('proof_invalid_log', `leaf ${index} of ${size}`);
}

/** At least `least` witnesses besides this machine cosigned within the last minutes. Refusal `witness_missing`. */
export function checkWitnessed(
  directory: Directory,
  machine: string,
  { cosigners }: OpenCheckpoint,
  least: number,
  now: Date,
): void {
  const own = witnessName(directory, machine);
  const seconds = now.getTime() / 1000;
  const fresh = cosigners.filter(
    ({ name, time }) => name !== own && time >= seconds - FRESH_SECONDS && time <= seconds + AHEAD_SECONDS,
  );
  if (fresh.length < least) throw new Refusal('witness_missing', `${fresh.length} fresh, ${least} wanted`);
}

/** The decisions that the Signer shows are what their officers signed, and its state follows from them. */
export function checkDecisions(crypto: Crypto, expected: Expected, hold: HoldSnapshot): void {
  if (!isOpen(hold.state)) throw new Refusal('hold_closed', hold.state);
  const found = tally(crypto, expected, hold.decisions);
  if (found.state === 'denied') throw new Refusal('denied', found.by);
  if (hold.state === 'quorate' && found.state !== 'complete')
    throw new Refusal(
      'quorum_incomplete',
      `${found.missing} missing, yet the Signer says that it is complete`,
    );
}

/** The request's time is not over by this machine's clock, and does not last longer than policy lets it. Refusal `expired`, `request_differs`. */
export function checkInTime(request: Request, now: Date, policy: Policy | undefined): void {
  const left = Date.parse(request.expires) - now.getTime();
  if (!(left > 0)) throw new Refusal('expired', request.expires);
  if (policy && left > (policy.requestSeconds + AHEAD_SECONDS) * 1000)
    throw new Refusal('request_differs', `${request.id}: waits longer than policy lets it`);
}
