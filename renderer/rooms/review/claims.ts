// The claims of an open review, fetched page by page as they come into sight.
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { Claim } from '../../../contract/ipc/review.ts';
import type { Failure } from '../../../contract/ipc/call.ts';
import { failureOf } from '../../bridge/bridge.ts';
import { useBridge } from '../../bridge/use.ts';

export const PAGE = 200;

interface Found {
  readonly total: number | null;
  readonly pages: ReadonlyMap<number, readonly Claim[]>;
  readonly failure: Failure | null;
}
const nothing: Found = { total: null, pages: new Map(), failure: null };

/** `total` is null until the first page is here. `near` fetches what is missing between two rows. */
export function useClaims(reviewId: string, query: string) {
  const bridge = useBridge();
  const [found, setFound] = useState<Found>(nothing);
  const asked = useRef(new Set<number>());
  const turn = useRef(0);
  const fetchPage = useCallback(
    (page: number) => {
      if (asked.current.has(page)) return;
      asked.current.add(page);
      const mine = turn.current;
      bridge.ask('review/claims', { reviewId, query, offset: page * PAGE, limit: PAGE }).then(
        ({ total, claims }) => {
          if (mine !== turn.current) return;
          setFound((before) => ({ ...before, total, pages: new Map(before.pages).set(page, claims) }));
        },
        (thrown: unknown) => {
          if (mine === turn.current) setFound((before) => ({ ...before, failure: failureOf(thrown) }));
        },
      );
    },
    [bridge, reviewId, query],
  );
  useEffect(() => {
    turn.current += 1;
    asked.current = new Set();
    setFound(nothing);
    fetchPage(0);
  }, [fetchPage]);
  const near = useCallback(
    (first: number, last: number) => {
      for (let page = Math.floor(first / PAGE); page <= Math.floor(last / PAGE); page += 1) fetchPage(page);
    },
    [fetchPage],
  );
  const rowAt = useCallback(
    (index: number) => found.pages.get(Math.floor(index / PAGE))?.[index % PAGE] ?? null,
    [found],
  );
  return useMemo(() => ({ total: found.total, failure: found.failure, near, rowAt }), [found, near, rowAt]);
}
