// What is urgent, said once: the order of the list that begins with what cannot wait. Pure.
import type { QueueRow } from '../../../contract/ipc/queue.ts';

/**
 * Who comes first, by these questions in turn, each asked only where the ones before are even:
 * 1. Can this officer do something about it now? What waits for others comes after everything that waits for this one.
 * 2. Is it an emergency bypass? Then production stands still while it waits, whatever its clock says.
 * 3. Which has less time left?
 * 4. Which was asked for first (request ids sort by time)? So that two with one deadline never swap.
 */
export function byUrgency(a: QueueRow, b: QueueRow): number {
  return (
    rank(a.act === 'wait') - rank(b.act === 'wait') ||
    rank(a.kind !== 'emergency-bypass') - rank(b.kind !== 'emergency-bypass') ||
    Date.parse(a.expires) - Date.parse(b.expires) ||
    byId(a, b)
  );
}

const rank = (late: boolean): number => (late ? 1 : 0);

/** A ULID begins with its time. */
export const byId = (a: QueueRow, b: QueueRow): number =>
  a.requestId === b.requestId ? 0 : a.requestId < b.requestId ? -1 : 1;
