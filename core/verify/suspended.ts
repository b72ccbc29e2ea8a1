// What a suspension of a key means for what was signed with it: by its place in the log, or without one.
import { Refusal } from '../fault/fault.ts';
import { withSuspensions, type Trust } from '../trust/chain.ts';
import { suspensionNow, underVersions, type Place } from '../trust/suspensions.ts';

/** Checks that a leaf that commits to signing, or tells of a signature, lies in no suspension of the key. Throws `key_suspended`. */
export function checkNotSuspended(trust: Trust, key: string, place: Place): void {
  const found = trust.suspendedAt(key, place);
  if (found)
    throw new Refusal(
      'key_suspended',
      `${key} from leaf ${found.index} until ${found.until}; leaf ${place.index}`,
    );
}

/**
 * Checks a signature whose place in the log nothing shows: while its key is suspended it may have been made since. Throws
 * `key_proof_missing`. `now` null: no clock, so whatever was not lifted counts.
 */
export function checkUnplaced(trust: Trust, key: string, now: string | null): void {
  const found = suspensionNow(trust.suspensions, key, now);
  if (found) throw new Refusal('key_proof_missing', `${key} is suspended until ${found.until}`);
}

/** The chain that is used with the suspensions of both: whoever leaves one out of a file hides nothing. Throws `suspension_invalid`. */
export function joinSuspensions(used: Trust, one: Trust, other: Trust): Trust {
  return withSuspensions(used, underVersions(used, [...one.suspensions, ...other.suspensions]));
}
