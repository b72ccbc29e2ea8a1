// Pages of the journal as they come into sight, newest first; a new search or a longer journal starts again.
import { useCallback, useEffect, useRef, useState } from 'react';
import type { JournalRow } from '../../../contract/ipc/journal.ts';
import type { Failure } from '../../../contract/ipc/call.ts';
import { failureOf } from '../../bridge/bridge.ts';
import { useBridge } from '../../bridge/use.ts';

const PAGE = 100;
const PAUSE_MS = 150;

export interface JournalPages {
  readonly total: number;
  readonly loaded: boolean;
  readonly rows: readonly JournalRow[];
  readonly failure: Failure | null;
  /** Fetches the next page, unless it is on its way. */
  more(): void;
}

interface Found {
  readonly query: string;
  readonly total: number;
  readonly rows: readonly JournalRow[];
  readonly failure: Failure | null;
}
const nothing: Found = { query: '', total: 0, rows: [], failure: null };

/** `size` is the journal's length: when it grows the first page is asked for again. */
export function useJournal(query: string, size: number): JournalPages {
  const bridge = useBridge();
  const [found, setFound] = useState<Found | null>(null);
  const turn = useRef(0);
  const busy = useRef(false);
  useEffect(() => {
    const mine = ++turn.current;
    const ask = async () => {
      try {
        const page = await bridge.ask('journal/search', { query, before: null, limit: PAGE });
        if (mine === turn.current) setFound({ query, total: page.total, rows: page.rows, failure: null });
      } catch (thrown) {
        if (mine === turn.current) setFound({ ...nothing, query, failure: failureOf(thrown) });
      }
    };
    const timer = setTimeout(() => void ask(), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [bridge, query, size]);
  const more = useCallback(() => {
    const last = found?.rows.at(-1);
    if (!found || !last || busy.current || found.rows.length >= found.total) return;
    busy.current = true;
    const mine = turn.current;
    bridge
      .ask('journal/search', { query: found.query, before: last.seq, limit: PAGE })
      .then(
        (page) => {
          if (mine === turn.current) setFound({ ...found, rows: [...found.rows, ...page.rows] });
        },
        (thrown: unknown) => {
          if (mine === turn.current) setFound({ ...found, failure: failureOf(thrown) });
        },
      )
      .finally(() => {
        busy.current = false;
      });
  }, [bridge, found]);
  const { total, rows, failure } = found ?? nothing;
  return { total, rows, failure, loaded: found !== null, more };
}
