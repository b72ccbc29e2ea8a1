// Which rows fit a filter and in what order they stand. Pure: the clock and the words come in.
import { isEnded } from '../../../core/hold/hold.ts';
import type { QueueRow } from '../../../contract/ipc/queue.ts';
import type { InboxFilter, SortOrder } from '../../local/prefs.ts';
import { secondsLeft, URGENT_SECONDS } from '../../ui/seconds.ts';

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

const later = (a: string, b: string): number => Date.parse(b) - Date.parse(a);

/** `urgent`: what this officer can do something about first, then by the time that is left; `newest`: as they came. */
export function ordered(rows: readonly QueueRow[], sort: SortOrder): QueueRow[] {
  const byId = (a: QueueRow, b: QueueRow) => (a.requestId < b.requestId ? -1 : 1);
  if (sort === 'newest') return rows.toSorted((a, b) => later(a.receivedAt, b.receivedAt) || byId(a, b));
  const rank = (row: QueueRow) => (row.act === 'wait' ? 1 : 0);
  return rows.toSorted((a, b) => rank(a) - rank(b) || later(b.expires, a.expires) || byId(a, b));
}
