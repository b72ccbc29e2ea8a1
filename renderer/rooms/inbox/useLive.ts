// The inbox's rows for the screen: filtered, in order, and still while somebody is on the list.
import { useCallback, useEffect, useMemo, useState } from 'react';
import type { QueueRow } from '../../../contract/ipc/queue.ts';
import { useWords } from '../../catalogue/words.tsx';
import type { InboxFilter, SortOrder } from '../../local/prefs.ts';
import { nothingShown, release, step, type Live } from './live.ts';
import type { KeyWords } from '../keyWords.ts';
import { documentName } from './names.ts';
import { fits, isLive, ordered, searchText } from './order.ts';

/** How fine the urgency filter looks at the clock, in milliseconds. */
const COARSE = 5000;

/** The time now and then, while somebody asks; none of the list is worked out again for a second's passing. */
function useClock(asked: boolean): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (!asked) return undefined;
    const timer = setInterval(() => setNow(Date.now()), COARSE);
    return () => clearInterval(timer);
  }, [asked]);
  return asked ? now : 0;
}

/** Rows that wait, that fit, in order. */
function useWanted(
  rows: readonly QueueRow[],
  filter: InboxFilter,
  sort: SortOrder,
  nameOf: (officer: string) => string,
  keyOf: (uri: string) => KeyWords,
): QueueRow[] {
  const t = useWords();
  const now = useClock(filter.urgent);
  const texts = useMemo(
    () =>
      rows.map((row) =>
        searchText(row, [
          documentName(t, row.document),
          t(`kind.${row.kind}`),
          ...row.keys.map((uri) => keyOf(uri).name),
          ...row.quorum.voices.map(({ officer }) => nameOf(officer)),
        ]),
      ),
    [rows, t, nameOf, keyOf],
  );
  return useMemo(
    () =>
      ordered(
        rows.filter((row, index) => isLive(row) && fits(row, filter, texts[index] ?? '', now)),
        sort,
      ),
    [rows, texts, filter, sort, now],
  );
}

export function useLive(
  rows: readonly QueueRow[],
  filter: InboxFilter,
  sort: SortOrder,
  frozen: boolean,
  nameOf: (officer: string) => string,
  keyOf: (uri: string) => KeyWords,
): { readonly live: Live; readonly apply: () => void } {
  const wanted = useWanted(rows, filter, sort, nameOf, keyOf);
  const all = useMemo(() => new Map(rows.map((row) => [row.requestId, row])), [rows]);
  const key = useMemo(() => JSON.stringify([filter, sort]), [filter, sort]);
  const [live, setLive] = useState<Live>(nothingShown);
  const next = step(live, wanted, all, frozen, key);
  // Derived from what was shown before: set while rendering, so that no frame shows the order between the two.
  if (next !== live) setLive(next);
  const apply = useCallback(() => setLive(release(wanted, key)), [wanted, key]);
  return { live: next, apply };
}
