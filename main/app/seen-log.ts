// The Signer's log as this machine's witness last saw it, for a person: how far, and who else vouches for it.
import type { SeenCheckpoint } from '../../contract/stored/console-seen.ts';
import { witnessName } from '../../core/directory/lookup.ts';
import { isFault } from '../../core/fault/fault.ts';
import type { Crypto } from '../../core/key/crypto.ts';
import type { Policy } from '../../core/policy/policy.ts';
import type { Trust } from '../../core/trust/chain.ts';
import { openCheckpoint } from '../../core/trust/checkpoint.ts';

/** `at` is this machine's clock. `cosigners`: witnesses beside this machine. `wanted`: how many policy asks for. */
export interface SeenLog {
  readonly size: number;
  readonly root: string;
  readonly at: string;
  readonly cosigners: number;
  readonly wanted: number;
}

function cosignersOf(crypto: Crypto, trust: Trust, machine: string, note: string): number {
  const own = witnessName(trust.latest, machine);
  try {
    return openCheckpoint(crypto, trust.latest, note).cosigners.filter(({ name }) => name !== own).length;
  } catch (thrown) {
    if (isFault(thrown)) return 0; // it was good under the directory of its time; nobody of today vouches for it
    throw thrown;
  }
}

/** What to show of it; null before anything was seen. */
export function seenOf(
  crypto: Crypto,
  trust: Trust | null,
  machine: string,
  seen: SeenCheckpoint | null,
  policy: Policy | undefined,
): SeenLog | null {
  if (!seen) return null;
  const { size, root } = seen.head;
  const cosigners = trust && seen.note ? cosignersOf(crypto, trust, machine, seen.note) : 0;
  return { size, root, at: seen.at, cosigners, wanted: policy?.witnesses ?? 0 };
}
