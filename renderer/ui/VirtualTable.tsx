// A long table of which only what is seen stands in the document; readers are told how long it is.
import { useVirtualizer } from '@tanstack/react-virtual';
import { useRef, type ReactNode } from 'react';
import { cx } from './cx.ts';

export interface Column<T> {
  readonly id: string;
  readonly head: ReactNode;
  readonly cell: (row: T, index: number) => ReactNode;
}

/**
 * `total` rows of which `rowAt` gives one, or null while it is not here yet. `grid` is the CSS grid of the columns.
 * `onNear` is told which rows come into sight, so that pages can be fetched.
 */
export function VirtualTable<T>(props: {
  label: string;
  total: number;
  rowAt: (index: number) => T | null;
  columns: readonly Column<T>[];
  grid: string;
  height?: number;
  onNear?: (first: number, last: number) => void;
  className?: string;
}) {
  const { total, rowAt, columns, grid, height = 32 } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: total,
    getScrollElement: () => scroller.current,
    estimateSize: () => height,
    overscan: 8,
    onChange: ({ range }) => range && props.onNear?.(range.startIndex, range.endIndex),
  });
  return (
    <div
      ref={scroller}
      role="table"
      aria-label={props.label}
      aria-rowcount={total + 1}
      tabIndex={0}
      className={cx('relative overflow-auto outline-offset-[-2px]', props.className)}
    >
      <div role="rowgroup" className="sticky top-0 z-10">
        <div
          role="row"
          aria-rowindex={1}
          className={cx('grid gap-x-4 border-b border-line bg-sunken px-4 py-1.5', grid)}
        >
          {columns.map(({ id, head }) => (
            <span key={id} role="columnheader" className="text-sm font-medium text-ink-3">
              {head}
            </span>
          ))}
        </div>
      </div>
      <div role="rowgroup" className="relative" style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map(({ index, start, key }) => {
          const row = rowAt(index);
          return (
            <div
              key={key}
              ref={virtual.measureElement}
              data-index={index}
              role="row"
              aria-rowindex={index + 2}
              className={cx(
                'absolute inset-x-0 top-0 grid items-start gap-x-4 border-b border-line px-4 py-1.5',
                grid,
              )}
              style={{ transform: `translateY(${start}px)`, minHeight: height }}
            >
              {columns.map(({ id, cell }) => (
                <span key={id} role="cell" className="min-w-0">
                  {row === null ? <span className="block h-3 w-24 rounded-sm bg-hover" /> : cell(row, index)}
                </span>
              ))}
            </div>
          );
        })}
      </div>
    </div>
  );
}
