// The records as a list: when, what happened, to which request. One is chosen with the arrows or a click.
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef, type KeyboardEvent } from 'react';
import type { JournalRow } from '../../../contract/ipc/journal.ts';
import { useWords } from '../../catalogue/words.tsx';
import { useShortcuts } from '../../keys/use.tsx';
import { Badge } from '../../ui/Badge.tsx';
import { cx } from '../../ui/cx.ts';
import { FaultBanner } from '../../ui/FaultBanner.tsx';
import { RelativeTime } from '../../ui/time.tsx';
import type { Tone } from '../../ui/tone.ts';
import { UntrustedLine } from '../../ui/UntrustedText.tsx';
import type { JournalPages } from './use.ts';

const HEIGHT = 40;

/** How grave an event is; most are neither good nor bad. */
export function toneOf({ event, verdict }: JournalRow): Tone {
  if (event === 'alarm') return 'danger';
  if (
    event === 'failed' ||
    event === 'held-failed' ||
    event === 'refused' ||
    event === 'not-sent' ||
    event === 'gap'
  )
    return 'warn';
  // an intent is nothing that happened yet
  if (event === 'evidenced' || event === 'held-outcome' || (event === 'outcome' && verdict === 'approve'))
    return 'ok';
  return 'neutral';
}

export function useEventName() {
  const t = useWords();
  return (row: JournalRow): string => {
    const verdict = row.verdict === null ? '' : `.${row.verdict}`;
    return (
      t.maybe(`journal.event.${row.event}${verdict}`) ?? t.maybe(`journal.event.${row.event}`) ?? row.event
    );
  };
}

function Line({ row, active }: { row: JournalRow; active: boolean }) {
  const name = useEventName();
  return (
    <span
      className={cx(
        'grid h-full grid-cols-[3.5rem_6rem_10.5rem_minmax(0,1fr)] items-center gap-x-3 border-b border-line px-5',
        active ? 'bg-accent-soft' : 'hover:bg-hover',
      )}
    >
      <span className="tabular text-sm text-ink-3">{row.seq}</span>
      <RelativeTime time={row.at} still className="text-ink-2" />
      <span>
        <Badge tone={toneOf(row)}>{name(row)}</Badge>
      </span>
      <span className="min-w-0">{row.about !== '' && <UntrustedLine text={row.about} />}</span>
    </span>
  );
}

export function JournalList(props: {
  list: JournalPages;
  chosen: number | null;
  onChoose: (seq: number) => void;
}) {
  const t = useWords();
  const { list, chosen, onChoose } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: list.rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => HEIGHT,
    overscan: 10,
  });
  const items = virtual.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (last >= list.rows.length - 20) list.more();
  }, [last, list]);
  const at = list.rows.findIndex((row) => row.seq === chosen);
  const move = (by: number) => {
    const next = list.rows[Math.min(list.rows.length - 1, Math.max(0, at + by))];
    if (!next) return;
    onChoose(next.seq);
    virtual.scrollToIndex(list.rows.indexOf(next));
  };
  useShortcuts({ next: () => move(1), previous: () => move(-1) });
  // A list box keeps its keys to itself; the page's shortcuts reach the list only while the focus is elsewhere.
  const onKeyDown = (event: KeyboardEvent) => {
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? HEIGHT) / HEIGHT) - 1);
    const steps: Readonly<Record<string, number>> = {
      j: 1,
      ArrowDown: 1,
      k: -1,
      ArrowUp: -1,
      PageDown: page,
      PageUp: -page,
      Home: -list.rows.length,
      End: list.rows.length,
    };
    const by = event.ctrlKey || event.metaKey || event.altKey ? undefined : steps[event.key];
    if (by === undefined) return;
    event.preventDefault();
    move(by);
  };
  return (
    <div className="flex min-w-0 flex-1 flex-col">
      {list.failure && (
        <FaultBanner
          fault={{ code: list.failure.code, detail: list.failure.message, trace: list.failure.trace }}
        />
      )}
      <div
        ref={scroller}
        role="listbox"
        aria-label={t('room.journal')}
        aria-activedescendant={chosen === null ? undefined : `record-${chosen}`}
        tabIndex={0}
        onKeyDown={onKeyDown}
        className="min-h-0 flex-1 overflow-auto outline-offset-[-2px]"
      >
        <div className="relative" style={{ height: virtual.getTotalSize() }}>
          {items.map(({ index, start }) => {
            const row = list.rows[index];
            if (!row) return null;
            return (
              <div
                key={row.seq}
                id={`record-${row.seq}`}
                role="option"
                aria-selected={row.seq === chosen}
                aria-setsize={list.total}
                aria-posinset={index + 1}
                onClick={() => onChoose(row.seq)}
                className="absolute inset-x-0 top-0 cursor-default"
                style={{ transform: `translateY(${start}px)`, height: HEIGHT }}
              >
                <Line row={row} active={row.seq === chosen} />
              </div>
            );
          })}
        </div>
      </div>
    </div>
  );
}
