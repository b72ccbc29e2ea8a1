// Whether somebody is on the list (pointer over it, or focus in it), and whether it has just moved under their hand.
import { useCallback, useEffect, useMemo, useRef, useState, type RefObject } from 'react';

/** After the list moved by itself a click is not believed for this long, in milliseconds: it was aimed at what stood there before. */
export const SETTLE_MS = 350;

export interface Frozen {
  readonly frozen: boolean;
  /** To be spread on the list's element. */
  readonly watch: {
    onPointerEnter(): void;
    onPointerLeave(): void;
    onFocus(): void;
    onBlur(event: { relatedTarget: EventTarget | null; currentTarget: Element }): void;
  };
  /** Says that rows changed their places. */
  readonly moved: () => void;
  /** Whether a click now hits what its maker saw. */
  readonly settled: () => boolean;
}

/** `list` is the scrolling element: when the page around it shifts, its rows have moved as well. */
export function useFrozen(list: RefObject<HTMLElement | null>): Frozen {
  const [pointer, setPointer] = useState(false);
  const [focus, setFocus] = useState(false);
  const last = useRef(Number.NEGATIVE_INFINITY);
  const moved = useCallback(() => {
    last.current = performance.now();
  }, []);
  useEffect(() => {
    const element = list.current;
    if (!element) return undefined;
    let top = element.getBoundingClientRect().top;
    const observer = new ResizeObserver(() => {
      const now = element.getBoundingClientRect().top;
      if (now !== top) moved();
      top = now;
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [list, moved]);
  const watch = useMemo<Frozen['watch']>(
    () => ({
      onPointerEnter: () => setPointer(true),
      onPointerLeave: () => setPointer(false),
      onFocus: () => setFocus(true),
      onBlur: ({ relatedTarget, currentTarget }) => {
        if (!(relatedTarget instanceof Node && currentTarget.contains(relatedTarget))) setFocus(false);
      },
    }),
    [],
  );
  const settled = useCallback(() => performance.now() - last.current > SETTLE_MS, []);
  const frozen = pointer || focus;
  return useMemo(() => ({ frozen, watch, moved, settled }), [frozen, watch, moved, settled]);
}
