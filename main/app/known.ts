// What this machine's journal knows of one request: what was shown last, and the decision that arrived.
import type { JournalRecord } from '../../contract/stored/console-journal.ts';
import { CallerFault } from '../../core/fault/fault.ts';
import type { Decided } from '../../core/stage/stages.ts';

/** The digest last shown, and the decision that arrived, if one did. Throws CallerFault `not_found` when nothing was shown here. */
export function knownOf(records: readonly JournalRecord[], requestId: string) {
  let requestDigest: string | undefined;
  let arrived: string | undefined;
  const made = new Map<string, Decided['sealed']>();
  for (const { entry } of records) {
    if (entry.event === 'shown' && entry.requestId === requestId) requestDigest = entry.requestDigest;
    if (entry.event === 'outcome' && entry.sealed.decision.requestId === requestId) {
      made.set(entry.sealed.decision.challenge, entry.sealed);
      requestDigest = entry.sealed.decision.requestDigest;
    }
    if (entry.event === 'evidenced' && made.has(entry.challenge)) arrived = entry.challenge;
  }
  if (requestDigest === undefined) throw new CallerFault('not_found', `${requestId} was never shown here`);
  return { requestDigest, sealed: (arrived === undefined ? undefined : made.get(arrived)) ?? null };
}
