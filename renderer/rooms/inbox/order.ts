// Which rows fit a filter and in what order they stand. Pure: the clock and the words come in.
import { isEnded } from '../../../core/hold/hold.ts';
import type { QueueRow } from '../../../contract/ipc/queue.ts';
import type { InboxFilter, SortOrder } from '../../local/prefs.ts';
import { secondsLeft, URGENT_SECONDS } from '../../ui/seconds.ts';
import { byId, byUrgency } from './urgency.ts';

/** Everything of a row that a search looks at, in lower case; `names` adds what the screen calls kind and document. */
export function searchText(row: QueueRow, names: readonly string[]): string {
  const voices = row.quorum.voices.map((voice) => voice.officer);
  const failed = row.failed.flatMap(({ gate, code }) => [gate, code]);
  return [
    row.subject ?? '',
    row.requester,
    row.tenant,
    row.requestId,
    row.document ?? '',
    row.kind,
    ...row.keys,
  ]
    .concat(failed, voices, names)
    .join('\n')
    .toLowerCase();
}

/** Whether a row still waits for anybody. */
export const isLive = (row: QueueRow): boolean => !isEnded(row.state);

/** Whether a row fits; every word of the query must be found somewhere. `now` in milliseconds. */
export function fits(row: QueueRow, filter: InboxFilter, text: string, now: number): boolean {
  if (filter.kinds.length > 0 && !filter.kinds.includes(row.kind)) return false;
  if (filter.mine && row.act === 'wait') return false;
  if (filter.urgent && secondsLeft(row.expires, now) > URGENT_SECONDS) return false;
  return filter.query
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}

/** `urgent`: see `byUrgency`; `newest`: as they came. */
export function ordered(rows: readonly QueueRow[], sort: SortOrder): QueueRow[] {
  if (sort === 'urgent') return rows.toSorted(byUrgency);
  return rows.toSorted((a, b) => Date.parse(b.receivedAt) - Date.parse(a.receivedAt) || byId(a, b));
}
