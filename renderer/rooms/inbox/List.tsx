// The inbox's list: virtual, a cursor by request and not by place, one element of role row a hold.
import { useVirtualizer } from '@tanstack/react-virtual';
import { ArrowUp } from 'lucide-react';
import { useCallback, useEffect, useRef, type KeyboardEvent, type MouseEvent } from 'react';
import { useWords } from '../../catalogue/words.tsx';
import { useShortcuts } from '../../keys/use.tsx';
import { selectCursor, setCursor, useLocal, useLocalStore } from '../../local/local.ts';
import { Button } from '../../ui/Button.tsx';
import { cx } from '../../ui/cx.ts';
import type { Live } from './live.ts';
import type { Deciding } from '../review/useDecide.ts';
import type { KeyWords } from '../keyWords.ts';
import { columns, Row } from './Row.tsx';
import type { Frozen } from './useFrozen.ts';

const HEIGHT = 57;
const rowId = (requestId: string) => `hold-${requestId}`;

function Head() {
  const t = useWords();
  return (
    <div
      role="rowgroup"
      className="sticky top-0 z-10 hidden border-b border-line bg-surface @min-[60rem]:block"
    >
      <div role="row" aria-rowindex={1} className={cx(columns, 'h-8 px-5 text-sm font-medium text-ink-3')}>
        <span role="columnheader" className="sr-only">
          {t('inbox.column.kind')}
        </span>
        <span aria-hidden="true" />
        <span role="columnheader">{t('inbox.column.subject')}</span>
        <span role="columnheader">{t('inbox.column.requester')}</span>
        <span role="columnheader">{t('inbox.column.failed')}</span>
        <span role="columnheader">{t('inbox.column.quorum')}</span>
        <span role="columnheader" className="text-right">
          {t('inbox.column.time')}
        </span>
      </div>
    </div>
  );
}

/** What came while the list was held still; on the line of the heads, where it covers no row. */
function Fresh({ count, onApply }: { count: number; onApply: () => void }) {
  const t = useWords();
  return (
    <div className="pointer-events-none absolute inset-x-0 top-0 z-20 @container">
      <div className={cx(columns, 'flex h-8 items-center justify-center px-5')}>
        <span className="hidden @min-[60rem]:block" />
        <span className="flex justify-end">
          <Button
            look="primary"
            size="sm"
            icon={ArrowUp}
            shortcut="apply"
            onClick={onApply}
            className="pointer-events-auto shadow-lift"
          >
            {t('inbox.fresh', { count })}
          </Button>
        </span>
      </div>
    </div>
  );
}

/** Moves the cursor along what is shown, by request id. */
function useCursor(live: Live, scrollTo: (index: number) => void, focus: () => void) {
  const local = useLocalStore();
  const cursor = useLocal(selectCursor);
  const index = live.shown.findIndex(({ row }) => row.requestId === cursor);
  const moveTo = useCallback(
    (to: number) => {
      const at = Math.max(0, Math.min(live.shown.length - 1, to));
      const target = live.shown[at];
      if (!target) return;
      setCursor(local, target.row.requestId);
      scrollTo(at);
      focus();
    },
    [live, local, scrollTo, focus],
  );
  return { cursor: index >= 0 ? cursor : null, index, moveTo };
}

export function List(props: {
  live: Live;
  apply: () => void;
  frozen: Frozen;
  list: React.RefObject<HTMLDivElement | null>;
  actions: Deciding;
  nameOf: (officer: string) => string;
  keyOf: (uri: string) => KeyWords;
}) {
  const t = useWords();
  const { live, apply, frozen, list, actions } = props;
  const local = useLocalStore();
  const virtual = useVirtualizer({
    count: live.shown.length,
    getScrollElement: () => list.current,
    estimateSize: () => HEIGHT,
    getItemKey: (index) => live.shown[index]?.row.requestId ?? index,
    overscan: 6,
    scrollPaddingStart: 32,
  });
  const scrollTo = useCallback((index: number) => virtual.scrollToIndex(index), [virtual]);
  const focus = useCallback(() => list.current?.focus({ preventScroll: true }), [list]);
  const { cursor, index, moveTo } = useCursor(live, scrollTo, focus);
  const order = live.shown.map(({ row }) => row.requestId).join();
  // Only another order is a move: that the hand came onto the list must not cost it its first click.
  const { moved } = frozen;
  useEffect(() => moved(), [order, moved]);

  // Coming back from a review, the hand is where it was.
  const returned = useRef(false);
  useEffect(() => {
    if (returned.current) return;
    returned.current = true;
    if (index < 0) return;
    scrollTo(index);
    focus();
  }, [index, scrollTo, focus]);

  const onCursor = (act: (requestId: string) => void) => () => {
    if (cursor !== null) act(cursor);
  };
  useShortcuts({
    next: () => moveTo(index + 1),
    previous: () => moveTo(index < 0 ? 0 : index - 1),
    open: onCursor(actions.open),
    approve: onCursor((id) => actions.decide(id, 'approve')),
    deny: onCursor((id) => actions.decide(id, 'deny')),
    ...(live.fresh > 0 ? { apply } : {}),
  });
  const onKeyDown = (event: KeyboardEvent) => {
    const page = Math.max(1, Math.floor((list.current?.clientHeight ?? HEIGHT) / HEIGHT) - 1);
    const to: Readonly<Record<string, number>> = {
      Home: 0,
      End: live.shown.length - 1,
      PageDown: index + page,
      PageUp: index - page,
    };
    const target = to[event.key];
    if (target === undefined) return;
    event.preventDefault();
    moveTo(target);
  };
  /** A press and its release on one row, which has not just moved. */
  const pressed = useRef<string | null>(null);
  const rowOf = (event: MouseEvent) =>
    event.target instanceof Element
      ? (event.target.closest<HTMLElement>('[data-request]')?.dataset['request'] ?? null)
      : null;
  const onClick = (event: MouseEvent) => {
    const id = rowOf(event);
    if (id === null || id !== pressed.current || !frozen.settled()) return;
    setCursor(local, id);
    actions.open(id);
  };

  return (
    <div className="relative min-h-0 flex-1" {...frozen.watch}>
      {live.fresh > 0 && <Fresh count={live.fresh} onApply={apply} />}
      <div
        ref={list}
        role="grid"
        tabIndex={0}
        aria-label={t('room.inbox')}
        aria-rowcount={live.shown.length + 1}
        aria-activedescendant={cursor === null ? undefined : rowId(cursor)}
        onKeyDown={onKeyDown}
        onMouseDown={(event) => {
          pressed.current = frozen.settled() ? rowOf(event) : null;
        }}
        onClick={onClick}
        className="group @container h-full overflow-auto outline-offset-[-2px] focus-visible:outline-none"
      >
        <Head />
        <div role="rowgroup" className="relative" style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map((item) => {
            const shown = live.shown[item.index];
            if (!shown) return null;
            const id = shown.row.requestId;
            return (
              <div
                key={id}
                id={rowId(id)}
                ref={virtual.measureElement}
                data-index={item.index}
                data-request={id}
                role="row"
                aria-rowindex={item.index + 2}
                aria-selected={id === cursor}
                className={cx(
                  'absolute inset-x-0 top-0 border-b border-line hover:bg-hover',
                  id === cursor &&
                    'bg-accent-soft group-focus-visible:outline-2 group-focus-visible:-outline-offset-2 group-focus-visible:outline-focus',
                )}
                style={{ transform: `translateY(${item.start}px)` }}
              >
                <Row row={shown.row} gone={shown.gone} nameOf={props.nameOf} keyOf={props.keyOf} />
              </div>
            );
          })}
        </div>
      </div>
    </div>
  );
}
