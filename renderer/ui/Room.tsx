// The frame of a room: its name, what can be done in it, and the rest of the height for what it shows.
import type { ReactNode } from 'react';
import { cx } from './cx.ts';

/** `actions` stand at the end of the line, `bar` is a second line. `flush`: the content scrolls by itself. */
export function Room(props: {
  title: ReactNode;
  count?: ReactNode;
  actions?: ReactNode;
  bar?: ReactNode;
  flush?: boolean;
  children: ReactNode;
}) {
  return (
    <div className="flex h-full min-h-0 flex-col">
      <header className="flex min-h-12 shrink-0 flex-wrap items-center gap-x-3 gap-y-1 border-b border-line px-5 py-2">
        <h1 className="text-md font-semibold text-ink">{props.title}</h1>
        {props.count !== undefined && <span className="tabular text-ink-3">{props.count}</span>}
        <div className="ml-auto flex flex-wrap items-center gap-2">{props.actions}</div>
      </header>
      {props.bar}
      <div
        className={cx('min-h-0 flex-1', !props.flush && 'overflow-auto p-5')}
        tabIndex={props.flush ? undefined : -1}
      >
        {props.children}
      </div>
    </div>
  );
}
