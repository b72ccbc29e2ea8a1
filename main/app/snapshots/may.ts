// Whether this officer may decide a hold, and what there is to do now; by the directory alone, nothing is asked of a device.
import type { Fault } from '../../../contract/ipc/call.ts';
import { checkImpartial, type Sealed } from '../../../core/decision/decision.ts';
import { checkEligible } from '../../../core/decision/quorum.ts';
import type { Directory } from '../../../core/directory/directory.ts';
import { machineOf, officerOf } from '../../../core/directory/lookup.ts';
import { Refusal, isFault } from '../../../core/fault/fault.ts';
import { isOpen } from '../../../core/hold/hold.ts';
import type { HoldSnapshot } from '../../../core/stage/stages.ts';
import { faultOf } from './common.ts';

/** Who sits here. */
export interface Sitter {
  readonly officer: string;
  readonly machine: string;
}

/** The verdict that this officer gave last, as the Signer tells it; null without one. */
export function mineOf(decisions: readonly Sealed[], officer: string): 'approve' | 'deny' | null {
  const own = decisions.filter(({ decision }) => decision.officer === officer);
  if (own.some(({ decision }) => decision.verdict === 'deny')) return 'deny';
  return own.length > 0 ? 'approve' : null;
}

function check(hold: HoldSnapshot, directory: Directory, { officer: id, machine }: Sitter): void {
  const { request } = hold;
  const officer = officerOf(directory, id);
  checkImpartial({ request, directory }, { officer });
  const [first, ...others] = officer.devices;
  if (!first) throw new Refusal('device_unknown', `${id} has no device`);
  // One device that counts is enough; which one it is, the officer chooses when authorizing.
  const fits = [first, ...others].find((device) => request.quorum.presence.includes(device.presence));
  checkEligible(request.quorum, { officer, device: fits ?? first });
  machineOf(directory, machine);
  if (!isOpen(hold.state)) throw new Refusal('hold_closed', hold.state);
  if (mineOf(hold.decisions, id) !== null) throw new Refusal('officer_decided', id);
}

/** Null when this officer may decide; else the first reason why not. */
export function mayDecide(hold: HoldSnapshot, directory: Directory | null, sitter: Sitter): Fault | null {
  if (!directory) return { code: 'directory_missing', detail: '' };
  try {
    check(hold, directory, sitter);
    return null;
  } catch (thrown) {
    if (!isFault(thrown)) throw thrown;
    return faultOf(thrown);
  }
}

/** What is to do here: `sign-held` when the quorum is there and this officer holds a key that must still sign. */
export function actOf(
  hold: HoldSnapshot,
  directory: Directory | null,
  { officer }: Sitter,
  may: Fault | null,
  hasSigned: boolean,
): 'decide' | 'sign-held' | 'wait' {
  const holds = directory?.keys.some((key) => key.holder === officer && hold.request.keys.includes(key.name));
  if (hold.state === 'quorate' && holds && !hasSigned) return 'sign-held';
  return may === null && hold.state === 'waiting' ? 'decide' : 'wait';
}
