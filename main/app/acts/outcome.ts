// From what the Console answered, or threw, to the phase in which an act comes to rest: true in each case.
import type { Fault } from '../../../contract/ipc/call.ts';
import type { Sealed } from '../../../core/decision/decision.ts';
import { Refusal, isFault, type AnyFault } from '../../../core/fault/fault.ts';
import type { Crypto } from '../../../core/key/crypto.ts';
import { openCheckpoint } from '../../../core/trust/checkpoint.ts';
import type { Directory } from '../../../core/directory/directory.ts';
import { witnessName } from '../../../core/directory/lookup.ts';
import type { JournalRecord } from '../../../contract/stored/console-journal.ts';
import type { Delivery } from '../../evidence/deliver.ts';
import type { Outcome } from './ports.ts';

/** A fault as a page is told of it: no cause, no stack, no text without an end. */
export function told({ code, detail }: Pick<AnyFault, 'code' | 'detail'>): Fault {
  return { code, detail: detail.slice(0, 1000) };
}

/** Codes that say that the request ended, or is another one by now. */
const overtaking: readonly string[] = ['hold_closed', 'request_mismatch', 'expired', 'denied'];

/** Device faults after which the same device will not do better. */
const hopeless: readonly string[] = ['pin_blocked', 'signature_wrong', 'key_unprotected', 'device_full'];

/** Refusals that something within reach can change: another device, a reason, room on the disk. */
const mendable: readonly string[] = [
  'journal_unwritable',
  'reason_missing',
  'device_presence',
  'device_unknown',
];

function isWorthAgain(fault: AnyFault): boolean {
  if (fault.kind === 'device') return !hopeless.includes(fault.code);
  return fault.kind === 'wire' || mendable.includes(fault.code);
}

/** What was thrown before anything was decided: nothing was sent. A defect is told as `internal`. */
export function failedWith(thrown: unknown): Outcome {
  if (!isFault(thrown)) {
    const fault = { code: 'internal', detail: '' };
    return { at: 'failed', fault, sent: false, again: false };
  }
  if (overtaking.includes(thrown.code)) return { at: 'overtaken', fault: told(thrown) };
  return { at: 'failed', fault: told(thrown), sent: false, again: isWorthAgain(thrown) };
}

/** What the outcome of a delivery is read with. `challenge` is the decision's; null for a held key's signature. */
export interface Reading {
  readonly crypto: Crypto;
  readonly directory: Directory | null;
  readonly machine: string;
  readonly records: () => readonly JournalRecord[];
  readonly challenge: string | null;
  readonly missing: (own: Sealed) => number | null;
}

/** Whether this decision ever left this machine, by its journal. */
function wasSent({ records, challenge }: Reading): boolean {
  return records().some(({ entry }) => entry.event === 'sent' && entry.challenge === challenge);
}

function witnessesOf({ crypto, directory, machine }: Reading, checkpoint: string) {
  if (!directory) throw new Refusal('directory_invalid', 'none is known');
  const { size, cosigners } = openCheckpoint(crypto, directory, checkpoint);
  const own = witnessName(directory, machine);
  return { size, witnesses: cosigners.map(({ name }) => name).filter((name) => name !== own) };
}

/** How far it got. A delivery that was refused after it was sent says so. */
export function outcomeOf(reading: Reading, delivery: Delivery): Outcome {
  switch (delivery.state) {
    case 'evidenced': {
      const { leaf, checkpoint, sealed } = delivery.evidenced;
      const missing = reading.missing(sealed);
      return { at: 'recorded', leaf: leaf.index, ...witnessesOf(reading, checkpoint), missing };
    }
    case 'handed-over':
      return { at: 'ended' };
    case 'waiting':
      return { at: 'kept', fault: told(delivery.fault) };
    case 'withheld': {
      const fault = { code: delivery.code, detail: '' };
      const sent = wasSent(reading);
      if (!sent && overtaking.includes(delivery.code)) return { at: 'overtaken', fault };
      return { at: 'failed', fault, sent, again: false };
    }
  }
}
