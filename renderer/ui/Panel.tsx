// A titled part of a screen; its heading names it for everybody.
import { useId, type ReactNode } from 'react';
import { cx } from './cx.ts';

/** `aside` stands at the end of the heading's line: a count, a button. `flush`: the content brings its own padding. */
export function Panel(props: {
  title: ReactNode;
  aside?: ReactNode;
  children: ReactNode;
  flush?: boolean;
  className?: string;
}) {
  const id = useId();
  return (
    <section
      aria-labelledby={id}
      className={cx('min-w-0 rounded-lg border border-line bg-surface', props.className)}
    >
      <header className="flex min-h-9 flex-wrap items-center gap-x-3 gap-y-1 border-b border-line px-4 py-1.5">
        <h2 id={id} className="text-base font-semibold text-ink">
          {props.title}
        </h2>
        {props.aside !== undefined && (
          <div className="ml-auto flex items-center gap-2 text-sm text-ink-3">{props.aside}</div>
        )}
      </header>
      <div className={props.flush ? '' : 'p-4'}>{props.children}</div>
    </section>
  );
}

/** Names and values in two columns, as forms and cards show them. */
export function Facts({ children, className }: { children: ReactNode; className?: string }) {
  return (
    <dl className={cx('grid grid-cols-[minmax(5.5rem,auto)_minmax(0,1fr)] gap-x-4 gap-y-2', className)}>
      {children}
    </dl>
  );
}

export function Fact({ name, children }: { name: ReactNode; children: ReactNode }) {
  return (
    <>
      <dt className="text-ink-3">{name}</dt>
      <dd className="min-w-0 text-ink">{children}</dd>
    </>
  );
}
